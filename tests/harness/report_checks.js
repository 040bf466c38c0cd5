// Checks that stand at the end of a report's copy; what fails is said in an element of the page.
const wrong = [];
let checks = 0;

function equal(what, found, expected) {
  ++checks;
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) wrong.push(`${what}: ${a}, not ${b}`);
}

function rowsOf(section) {
  return [...section.querySelector('.ranking').tBodies[0].rows].filter((row) => !row.hidden);
}

// The texts of a column of the ranked table, from its first row down, by the column's heading.
function columnOf(section, heading) {
  const headings = [...section.querySelectorAll('.ranking thead th')].map((th) => th.textContent);
  return rowsOf(section).map((row) => row.cells[headings.indexOf(heading)].textContent);
}

function press(section, heading) {
  [...section.querySelectorAll('.ranking thead button')].find((button) => button.textContent === heading).click();
}

function filter(section, words) {
  const input = section.querySelector('.filter input');
  input.value = words;
  input.dispatchEvent(new Event('input'));
}

// The points of a chart, or nothing where it isn't drawn.
function pointsIn(section, heading) {
  const figure = [...section.querySelectorAll('figure')].find((f) => f.querySelector('strong').textContent === heading);
  const chart = Chart.getChart(figure.querySelector('canvas'));
  return chart ? chart.data.datasets.flatMap((set) => set.data) : null;
}

function report() {
  const text = wrong.length === 0 ? `nothing wrong in ${checks} checks` : wrong.join('\n');
  document.body.append(element('pre', {id: 'wrong'}, text));
}
