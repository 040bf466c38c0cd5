// What tells systems apart besides their times.

// A row for each value of a setting, with the systems that have it: by number where names would take many lines.
function differencesTable(differences, group, caption) {
  const called = (i) => group.systems.length > 4 ? String(i + 1) : group.systems[i].name;
  const bodies = differences.map((difference) => {
    const holders = new Map();
    difference.values.forEach((value, i) => {
      if (!holders.has(value)) holders.set(value, []);
      holders.get(value).push(called(i));
    });
    const rows = [...holders].map(([value, names]) =>
        element('tr', {}, element('td', {}, value === '' ? 'not given' : value), element('td', {}, names.join(', '))));
    rows[0].prepend(element('th', {scope: 'rowgroup', rowspan: rows.length}, difference.name));
    return element('tbody', {}, ...rows);
  });
  const headings = ['name', 'value', group.systems.length > 4 ? 'systems, by #' : 'systems'].map((text) => element('th', {scope: 'col'}, text));
  return element('div', {class: 'scroll'}, element('table', {class: 'values'}, element('caption', {}, caption),
                                                   element('thead', {}, element('tr', {}, ...headings)), ...bodies));
}

function scalingTable(group) {
  const rows = group.scaling.flatMap((family) => family.points.map((point) => element('tr', {},
      element('th', {scope: 'row'}, point.name), cell(point.size, `${shown(point.size)} ${family.unit}`),
      cell(point.speed_up, shown(point.speed_up)), cell(point.efficiency, `${(100 * point.efficiency).toFixed(1)} %`),
      cell(point.throughput_efficiency,
           point.throughput_efficiency === null ? '–' : `${(100 * point.throughput_efficiency).toFixed(1)} %`))));
  const headings = ['system', 'size', 'speed-up', 'efficiency', 'efficiency in samples a second']
      .map((text, i) => element('th', {scope: 'col', class: i > 0 ? 'number' : ''}, text));
  return element('div', {class: 'scroll'}, element('h3', {}, 'One system at several sizes'),
                 element('table', {class: 'scaling'},
                         element('caption', {}, 'Over its smallest size; settings may differ'),
                         element('thead', {}, element('tr', {}, ...headings)), element('tbody', {}, ...rows)));
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
