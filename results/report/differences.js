// What tells systems apart besides their times.

// Numbers in their order, those that follow each other as one: "1–3, 7".
function rangesOf(numbers) {
  const ranges = [];
  for (const number of numbers) {
    const last = ranges[ranges.length - 1];
    if (last && last[1] + 1 === number) last[1] = number; else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => from === to ? `${from}` : to === from + 1 ? `${from}, ${to}` : `${from}–${to}`).join(', ');
}

// A row for each value of a setting, with the systems that have it: by number where names would take many lines.
function differencesTable(differences, group, caption) {
  const called = (holders) => group.systems.length > 4 ? rangesOf(holders.map((i) => i + 1)) :
                                                          holders.map((i) => group.systems[i].name).join(', ');
  const bodies = differences.map((difference) => {
    const holders = new Map();
    difference.values.forEach((value, i) => {
      if (!holders.has(value)) holders.set(value, []);
      holders.get(value).push(i);
    });
    const rows = [...holders].map(([value, places]) =>
        element('tr', {}, element('td', {}, value === '' ? 'not given' : value), element('td', {}, called(places))));
    rows[0].prepend(element('th', {scope: 'rowgroup', rowspan: rows.length}, difference.name));
    return element('tbody', {}, ...rows);
  });
  const headings = ['name', 'value', group.systems.length > 4 ? 'systems, by #' : 'systems'].map((text) => element('th', {scope: 'col'}, text));
  return element('div', {class: 'scroll'}, element('table', {class: 'values'}, element('caption', {}, caption),
                                                   element('thead', {}, element('tr', {}, ...headings)), ...bodies));
}

// A batch, or a share of a sample where several units train one.
function shownBatch(batch) {
  const inverse = 1 / batch;
  return batch < 1 && Number.isInteger(inverse) ? `1/${inverse}` : shown(batch);
}

function percent(ratio) {
  return cell(ratio, ratio === null ? '–' : `${(100 * ratio).toFixed(1)} %`);
}

function familyBody(family) {
  const strong = family.kind === 'strong', first = family.points[0];
  const heading = strong ? `Strong scaling: global batch ${shownBatch(first.global_batch_size)}` :
                           `Weak scaling: batch ${shownBatch(first.batch_per_unit)} a unit`;
  const rows = family.points.map((point) => element('tr', {},
      element('th', {scope: 'row'}, point.name), cell(point.size, `${shown(point.size)} ${family.unit}`),
      cell(point.global_batch_size, shownBatch(point.global_batch_size)), cell(point.batch_per_unit, shownBatch(point.batch_per_unit)),
      cell(point.speed_up, shown(point.speed_up)), percent(point.efficiency), percent(point.throughput_efficiency)));
  return element('tbody', {}, element('tr', {}, element('th', {scope: 'rowgroup', colspan: 7, class: 'kind'}, heading)), ...rows);
}

function scalingTable(group) {
  const headings = ['system', 'size', 'global batch', 'batch a unit', 'speed-up', 'efficiency', 'in samples a second']
      .map((text, i) => element('th', {scope: 'col', class: i > 0 ? 'number' : ''}, text));
  const table = element('table', {class: 'scaling'},
                        element('caption', {}, 'Over its smallest size; other settings may differ'),
                        element('thead', {}, element('tr', {}, ...headings)), ...group.scaling.map(familyBody));
  const unscaled = group.unscaled.map((system) => element('li', {}, `${system.name} has no efficiency: ${system.why}`));
  return element('div', {class: 'scroll'}, element('h3', {}, 'One system at several sizes'),
                 ...(group.scaling.length > 0 ? [table] : []), element('ul', {class: 'note'}, ...unscaled));
}

// p of each two systems, by their rows.
function testsTable(group) {
  const p = new Map(group.rank_sum_tests.map((test) => [JSON.stringify([test.first, test.second]), test.p]));
  const names = group.systems.map((system) => system.name);
  const between = (a, b) => p.get(JSON.stringify([a, b])) ?? p.get(JSON.stringify([b, a])) ?? null;
  const rows = names.map((name, i) => element('tr', {}, element('th', {scope: 'row'}, `${i + 1} ${name}`),
      ...names.map((other, j) => cell(null, i === j ? '' : shownProbability(between(name, other))))));
  const headings = names.map((name, i) => element('th', {scope: 'col', class: 'number', title: name}, String(i + 1)));
  return element('div', {class: 'scroll'},
                 element('table', {class: 'tests'},
                         element('caption', {}, 'Two-sided p of the rank sum test (Mann, Whitney, Wilcoxon)'),
                         element('thead', {}, element('tr', {}, element('th', {scope: 'col'}, 'system'), ...headings)),
                         element('tbody', {}, ...rows)));
}

function folded(heading, content) {
  return element('details', {}, element('summary', {}, heading), content);
}

function differencesOf(group) {
  const parts = [];
  if (group.hyperparameters.length > 0) {
    parts.push(element('h3', {}, 'Settings that differ'), differencesTable(group.hyperparameters, group, 'As logged'));
  }
  if (group.systems.length > 1) parts.push(folded('Do run times differ by more than chance?', testsTable(group)));
  if (group.descriptions.length > 0) {
    parts.push(folded('System descriptions that differ', differencesTable(group.descriptions, group, 'As submitted')));
  }
  return parts;
}
