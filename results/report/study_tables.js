// The tables of a family: how its points scale, POP's efficiencies, systems side by side.

function share(value) {
  return value === null ? '–' : `${(100 * value).toFixed(1)} %`;
}

function range(spread, factor, decimals) {
  const end = (value) => decimals === undefined ? shown(factor * value) : (factor * value).toFixed(decimals);
  return `${end(spread.min)} – ${end(spread.max)}`;
}

// A column: its heading, what it sorts by, and what it shows where that isn't the number itself. Values are of a
// point's figures; where there are none, nothing is shown.
function figureCells(figures, columns) {
  return columns.map(([, value, text]) => {
    const found = figures === null ? null : value(figures);
    return cell(found, found === null ? '–' : text ? text(found, figures) : shown(found));
  });
}

function pointCells(study, point) {
  const name = element('th', {scope: 'row', class: 'point'}, `${layoutOf(point)} ${point.split}`);
  name.dataset.value = name.textContent;
  if (point.figures !== null && point.figures.is_base) name.classList.add('base');
  const system = study === null ? [] : [element('td', {}, study)];
  if (study !== null) system[0].dataset.value = study;
  return [...system, name, cell(point.cores, String(point.cores))];
}

// The explanation stands outside of what a narrow screen scrolls.
function pointsTable(family, caption, explanation, columns) {
  const several = family.studies.length > 1;
  const headings = [...(several ? [['system', false]] : []), ['ranks x threads, split', false], ['cores', true],
                    ...columns.map(([text]) => [text, true]), ['state', false]];
  const rows = family.studies.flatMap((member) => member.points.map((point) => {
    const state = element('td', {class: 'state'}, stateOf(point));
    state.dataset.value = stateOf(point);
    return element('tr', {}, ...pointCells(several ? member.study : null, point), ...figureCells(point.figures, columns), state);
  }));
  return element('div', {}, element('h3', {}, caption), element('p', {class: 'note'}, explanation),
                 element('div', {class: 'scroll'}, sortableTable({class: 'ranking', 'aria-label': caption}, '', headings, rows)));
}

function scalingOf(family) {
  const mebibytes = 1024 * 1024;
  return pointsTable(family, 'How the points scale', 'Efficiency is against the point in bold; a heading sorts.', [
    ['ms a step', (f) => 1000 * f.step_seconds.median],
    ['of repeats', (f) => f.step_seconds.max - f.step_seconds.min, (_, f) => range(f.step_seconds, 1000)],
    ['samples a second', (f) => f.samples_per_second],
    ['Gflop/s', (f) => f.flop_per_second / 1e9],
    ['of peak', (f) => f.peak_share, share],
    ['speed-up', (f) => f.speed_up],
    ['efficiency', (f) => f.efficiency.median, share],
    ['of repeats, %', (f) => f.efficiency.max - f.efficiency.min, (_, f) => range(f.efficiency, 100, 1)],
    ['model error', (f) => f.prediction_error, (error) => `${error < 0 ? '−' : '+'}${Math.abs(100 * error).toFixed(1)} %`],
    ['MiB a rank', (f) => f.memory_bytes === null ? null : f.memory_bytes / mebibytes],
    ['J a sample', (f) => f.joules_per_sample],
    ['minutes to target', (f) => f.solution && f.solution.seconds / 60, (minutes, f) => shown(minutes) + (f.solution.reached ? '' : ', missed')],
    ['node-hours', (f) => f.node_hours],
  ].filter(([, value]) => family.studies.some((member) => member.points.some(
      ({figures}) => figures !== null && value(figures) !== null))));
}

function popOf(family) {
  const column = (heading, value) => [heading, value, (efficiency) => efficiency.toFixed(3)];
  const hybrid = family.studies.some((member) => member.points.some((point) => point.figures && point.figures.hybrid));
  return pointsTable(family, 'POP efficiencies', 'Parallel = load balance × serialisation × transfer; global = parallel × computation ' +
                     `scaling;${hybrid ? ' of all threads, as TALP has it, hybrid = MPI × threads;' : ''} – was not observed.`, [
    column('parallel', (f) => f.pop && f.pop.parallel),
    column('load balance', (f) => f.pop && f.pop.load_balance),
    column('serialisation', (f) => f.pop && f.pop.serialisation),
    column('transfer', (f) => f.pop && f.pop.transfer),
    column('computation scaling', (f) => f.computation_scaling),
    column('global', (f) => f.global_efficiency),
    ...(hybrid ? [column('hybrid', (f) => f.hybrid && f.hybrid.parallel), column('MPI', (f) => f.hybrid && f.hybrid.mpi),
                  column('threads', (f) => f.hybrid && f.hybrid.threads)] : []),
  ]);
}

// The fastest point of each system at each number of cores.
function sideBySideOf(family, base) {
  const pointNamed = (one) => family.studies.find((member) => member.study === one.study).points.find((p) => p.name === one.point);
  const rows = family.fastest.map((one) => {
    const point = pointNamed(one), figures = point.figures;
    const system = element('th', {scope: 'row'}, one.study);
    system.dataset.value = one.study;
    const layout = element('td', {}, `${layoutOf(point)} ${point.split}`);
    layout.dataset.value = layout.textContent;
    return element('tr', {}, cell(one.cores, String(one.cores)), system, layout,
                   cell(figures.step_seconds.median, shown(1000 * figures.step_seconds.median)),
                   cell(figures.samples_per_second, shown(figures.samples_per_second)), cell(one.ratio, shown(one.ratio)),
                   cell(figures.efficiency.median, share(figures.efficiency.median)));
  });
  const table = sortableTable({class: 'ranking fastest', 'aria-label': 'Systems side by side'}, '',
                              [['cores', true], ['system', false], ['ranks x threads, split', false], ['ms a step', true],
                               ['samples a second', true], [`over ${base}`, true], ['efficiency', true]], rows);
  return element('div', {}, element('h3', {}, 'Systems side by side'),
                 element('p', {class: 'note'}, `The fastest point of each system at each number of cores, and its speed over ${base}.`),
                 element('div', {class: 'scroll'}, table));
}
