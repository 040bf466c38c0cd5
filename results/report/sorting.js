// Tables that a press on a heading sorts.

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

// A button that sorts; numbers stand to the right.
function headingOf(text, numeric) {
  return element('th', {scope: 'col', class: numeric ? 'number' : ''}, element('button', {type: 'button'}, text));
}

// columns: of each its heading and whether it holds numbers.
function sortableTable(attributes, caption, columns, rows) {
  const headings = columns.map(([text, numeric]) => headingOf(text, numeric));
  const table = element('table', attributes, ...(caption === '' ? [] : [element('caption', {}, caption)]),
                        element('thead', {}, element('tr', {}, ...headings)), element('tbody', {}, ...rows));
  headings.forEach((heading, i) => heading.firstChild.addEventListener('click', () => sortBy(table, i)));
  return table;
}
