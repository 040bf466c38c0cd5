// The ranked table: sortable by any column, filtered by words.

function convergedRuns(system) {
  return system.runs.filter((run) => run.converged);
}

function interval(system) {
  const ends = system.interval_minutes;
  return ends && ends[0] !== null && ends[1] !== null && !system.provisional ? `${ends[0].toFixed(2)} – ${ends[1].toFixed(2)}` : '–';
}

function score(system) {
  if (system.models_per_minute !== null) return shown(system.models_per_minute, 4);
  return (system.provisional ? '~' : '') + shown(system.minutes, 2);
}

// Each column: its heading, what it sorts by, what it shows.
function columnsOf(group) {
  const strong = group.mode === 'strong';
  const columns = [
    strong ? ['minutes', (s) => s.minutes, score] : ['models a minute', (s) => s.models_per_minute, score],
    ['95 % interval', (s) => s.interval_minutes && s.interval_minutes[0], interval],
    ['runs', (s) => convergedRuns(s).length, (s) => `${convergedRuns(s).length} of ${s.runs.length}`],
    ['speed-up', (s) => s.speed_up, (s) => shown(s.speed_up)],
    ['per node', (s) => s.speed_up_per_node, (s) => shown(s.speed_up_per_node)],
    ['per accelerator', (s) => s.speed_up_per_accelerator, (s) => shown(s.speed_up_per_accelerator)],
    ['p, next', (s) => s.p_against_next, (s) => shownProbability(s.p_against_next)],
    ['samples a second', (s) => s.samples_per_second, (s) => shown(s.samples_per_second)],
    ['ms a step', (s) => s.step_seconds, (s) => shown(s.step_seconds === null ? null : 1000 * s.step_seconds)],
    ['division', (s) => s.division, (s) => s.division],
    ['nodes', (s) => s.nodes, (s) => shown(s.nodes)],
    ['accelerators', (s) => s.accelerators, (s) => shown(s.accelerators)],
  ];
  return strong ? columns : columns.filter(([heading]) => heading !== '95 % interval');
}

// Systems are numbered as they are ranked; tables and charts use the numbers where names have no room.
function rowOf(system, i, group, columns) {
  const number = cell(i + 1, String(i + 1));
  const name = element('th', {scope: 'row'}, element('span', {class: 'system'}, drawnMark(system.name), element('span', {}, system.name)));
  name.dataset.value = system.name;
  if (system.name === group.base) name.classList.add('base');
  const cells = columns.map(([, value, text]) => cell(value(system), text(system)));
  columns.forEach(([heading], i) => cells[i].classList.toggle('number', heading !== 'division'));
  const row = element('tr', {}, number, name, ...cells);
  row.dataset.name = system.name;
  return row;
}

function rankingOf(group) {
  const columns = columnsOf(group);
  const headings = [['#', true], ['system', false], ...columns.map(([text]) => [text, text !== 'division'])];
  const table = sortableTable({class: 'ranking'}, 'Systems, best first; a heading sorts', headings,
                              group.systems.map((system, i) => rowOf(system, i, group, columns)));
  table.tHead.rows[0].cells[0].setAttribute('aria-sort', 'ascending');
  return table;
}

// How to read the table, and why systems have no score.
function notesOf(group) {
  const without = group.systems.filter((system) => system.why_no_score !== '');
  const reading = element('p', {class: 'note'},
      `Speed-up is over ${group.base}, in bold. p, next: how likely the run times would differ so much from those of the ` +
      'system ranked next by chance (rank sum test). Samples a second and the time of a step are those of training alone: of the ' +
      'median epoch of all runs, less the evaluations inside it, and without the first epoch of each run where there are three.');
  const warnings = group.systems.flatMap((system) => system.warnings.map((text) => element('li', {}, `${system.name}: ${text}`)));
  return element('div', {}, reading, element('ul', {class: 'note'}, ...warnings, ...without.map((system) => element('li', {},
      `${system.name} has no score: ${system.why_no_score}` +
      (system.provisional ? '; ~: the mean of its converged runs' : '')))));
}

// The systems that hold all words of a filter.
function matching(group, words) {
  const wanted = words.toLowerCase().split(/\s+/);
  return new Set(group.systems
      .filter((s) => wanted.every((word) => `${s.name} ${s.division} ${s.directory}`.toLowerCase().includes(word)))
      .map((s) => s.name));
}
