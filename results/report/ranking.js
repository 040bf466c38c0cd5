// The ranked table: sortable by any column, filtered by words.

function convergedRuns(system) {
  return system.runs.filter((run) => run.converged);
}

function interval(system) {
  const ends = system.interval_minutes;
  return ends && !system.provisional ? `${ends[0].toFixed(2)} – ${ends[1].toFixed(2)}` : '–';
}

function score(system) {
  if (system.models_per_minute !== null) return shown(system.models_per_minute, 4);
  return (system.provisional ? '~' : '') + shown(system.minutes, 2);
}

// Each column: its heading, what it sorts by, what it shows.
function columnsOf(group) {
  const strong = group.mode === 'strong';
  const columns = [
    ['division', (s) => s.division, (s) => s.division],
    ['nodes', (s) => s.nodes, (s) => shown(s.nodes)],
    ['accelerators', (s) => s.accelerators, (s) => shown(s.accelerators)],
    strong ? ['minutes', (s) => s.minutes, score] : ['models a minute', (s) => s.models_per_minute, score],
    ['95 % interval', (s) => s.interval_minutes && s.interval_minutes[0], interval],
    ['runs', (s) => convergedRuns(s).length, (s) => `${convergedRuns(s).length} of ${s.runs.length}`],
    ['speed-up', (s) => s.speed_up, (s) => shown(s.speed_up)],
    ['per node', (s) => s.speed_up_per_node, (s) => shown(s.speed_up_per_node)],
    ['per accelerator', (s) => s.speed_up_per_accelerator, (s) => shown(s.speed_up_per_accelerator)],
    ['p, next', (s) => s.p_against_next, (s) => shownProbability(s.p_against_next)],
  ];
  return strong ? columns : columns.filter(([heading]) => heading !== '95 % interval');
}

function rowOf(system, group, columns) {
  const place = cell(system.place, shown(system.place));
  const name = element('th', {scope: 'row'}, drawnMark(system.name), ' ', system.name);
  name.dataset.value = system.name;
  if (system.name === group.base) name.classList.add('base');
  const cells = columns.map(([, value, text]) => cell(value(system), text(system)));
  cells[0].classList.remove('number');
  const row = element('tr', {}, place, name, ...cells);
  row.dataset.name = system.name;
  return row;
}

// Ascending at first, then the other way; what has no value stays below.
function sortBy(table, column) {
  const heading = table.tHead.rows[0].cells[column];
  const down = heading.getAttribute('aria-sort') === 'ascending';
  for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
  heading.setAttribute('aria-sort', down ? 'descending' : 'ascending');
  const valueOf = (row) => row.cells[column].dataset.value;
  const numeric = heading.classList.contains('number');
  const compare = (a, b) => numeric ? a - b : a.localeCompare(b, 'en', {numeric: true});
  const rows = [...table.tBodies[0].rows];
  rows.sort((a, b) => {
    const x = valueOf(a), y = valueOf(b);
    if (x === '' || y === '') return (x === '') - (y === '');
    return down ? compare(y, x) : compare(x, y);
  });
  table.tBodies[0].append(...rows);
}

function headingOf(text, numeric) {
  return element('th', {scope: 'col', class: numeric ? 'number' : ''}, element('button', {type: 'button'}, text));
}

function rankingOf(group) {
  const columns = columnsOf(group);
  const headings = [headingOf('place', true), headingOf('system', false),
                    ...columns.map(([text], i) => headingOf(text, i > 0))];
  const table = element(
      'table', {class: 'ranking'},
      element('caption', {},
              'Best first; a heading sorts. Speed-up is over the system in bold. p, next: how likely the run times would differ ' +
              'so much from those of the next place by chance (rank sum test).'),
      element('thead', {}, element('tr', {}, ...headings)),
      element('tbody', {}, ...group.systems.map((system) => rowOf(system, group, columns))));
  headings[0].setAttribute('aria-sort', 'ascending');
  headings.forEach((heading, i) => heading.firstChild.addEventListener('click', () => sortBy(table, i)));
  return table;
}

// Why systems have no score.
function notesOf(group) {
  const without = group.systems.filter((system) => system.why_no_score !== '');
  return element('ul', {class: 'note'}, ...without.map((system) => element('li', {},
      `${system.name} has no score: ${system.why_no_score}` +
      (system.provisional ? '; ~: the mean of its converged runs' : ''))));
}

// The systems that hold all words of a filter.
function matching(group, words) {
  const wanted = words.toLowerCase().split(/\s+/);
  return new Set(group.systems
      .filter((s) => wanted.every((word) => `${s.name} ${s.division} ${s.directory}`.toLowerCase().includes(word)))
      .map((s) => s.name));
}
