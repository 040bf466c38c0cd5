// Puts the page together, and draws it again where what is shown, the colours or the medium change.

const groups = JSON.parse(document.getElementById('data').textContent).groups;

// Of each group: its systems shown, and the places of its charts.
const views = [];

function coloursOfPage() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue('--' + name).trim();
  return {ground: of('ground'), text: of('text'), soft: of('soft'), line: of('line'), narrow: window.innerWidth < 640};
}

function draw(view) {
  const systems = view.group.systems.filter((s) => view.matching.has(s.name) && !view.hidden.has(s.name));
  for (const place of view.places) {
    if (place.chart) place.chart.destroy();
    const config = place.make(view.group, systems, coloursOfPage());
    place.figure.hidden = config === null;
    place.chart = null;
    if (config === null) continue;
    place.canvas.parentNode.style.height = config.height + 'px';
    place.chart = new Chart(place.canvas, config);
  }
}

function figureOf(view, [heading, explanation, make]) {
  const canvas = element('canvas', {role: 'img', 'aria-label': `${heading}, ${view.group.benchmark}. ${explanation}`});
  const figure = element('figure', {}, element('figcaption', {}, element('strong', {}, heading), explanation),
                         element('div', {class: 'chart'}, canvas));
  view.places.push({make, canvas, figure, chart: null});
  return figure;
}

function filterOf(view, table) {
  const input = element('input', {type: 'search', placeholder: 'name, division, directory'});
  input.addEventListener('input', () => {
    view.matching = matching(view.group, input.value);
    for (const row of table.tBodies[0].rows) row.hidden = !view.matching.has(row.dataset.name);
    for (const item of view.key.children) item.hidden = !view.matching.has(item.dataset.name);
    draw(view);
  });
  return element('label', {class: 'filter'}, 'Systems with these words: ', input);
}

// Which mark is whose; ticked systems are drawn.
function keyOf(view) {
  const items = view.group.systems.map((system, i) => {
    const box = element('input', {type: 'checkbox', checked: ''});
    box.addEventListener('change', () => {
      if (box.checked) view.hidden.delete(system.name); else view.hidden.add(system.name);
      draw(view);
    });
    const item = element('li', {}, element('label', {}, box, drawnMark(system.name), `${i + 1}\u00a0${system.name}`));
    item.dataset.name = system.name;
    return item;
  });
  return element('ul', {class: 'key', 'aria-label': 'Systems drawn'}, ...items);
}

function sectionOf(group) {
  const view = {group, matching: new Set(group.systems.map((s) => s.name)), hidden: new Set(), places: []};
  views.push(view);
  view.key = keyOf(view);
  const table = rankingOf(group);
  const heading = `${group.benchmark || 'Unknown benchmark'}, ${group.mode} scaling`;
  return element('section', {'aria-label': heading}, element('h2', {}, heading), filterOf(view, table),
                 element('div', {class: 'scroll'}, table), notesOf(group), view.key,
                 element('div', {class: 'charts'}, ...kCharts.map((chart) => figureOf(view, chart)),
                         ...(group.scaling.length + group.unscaled.length > 0 ? [scalingTable(group)] : [])),
                 ...differencesOf(group));
}

function drawAll() {
  views.forEach(draw);
}

// Charts are pictures: for paper they are drawn in its colours and at its width, and all is unfolded.
function setPaper(paper) {
  document.documentElement.classList.toggle('paper', paper);
  for (const fold of document.querySelectorAll('details')) fold.open = paper;
  drawAll();
}

document.getElementById('groups').append(...groups.map(sectionOf));
drawAll();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
addEventListener('beforeprint', () => setPaper(true));
addEventListener('afterprint', () => setPaper(false));
