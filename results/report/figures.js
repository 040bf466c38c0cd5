// Places of charts on the page, drawn again where the colours or the medium change.

function coloursOfPage() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue('--' + name).trim();
  return {ground: of('ground'), text: of('text'), soft: of('soft'), line: of('line'), narrow: window.innerWidth < 640};
}

function placeOf(heading, explanation, what) {
  const canvas = element('canvas', {role: 'img', 'aria-label': `${heading}, ${what}. ${explanation}`});
  const figure = element('figure', {}, element('figcaption', {}, element('strong', {}, heading), explanation),
                         element('div', {class: 'chart'}, canvas));
  return {canvas, figure, chart: null};
}

// Draws a configuration of Chart.js, or nothing where that is null.
function show(place, config) {
  if (place.chart) place.chart.destroy();
  place.figure.hidden = config === null;
  place.chart = null;
  if (config === null) return;
  place.canvas.parentNode.style.height = config.height + 'px';
  place.chart = new Chart(place.canvas, config);
}

// Charts are pictures: for paper they are drawn in its colours and at its width, and all is unfolded.
function setPaper(paper, drawAll) {
  document.documentElement.classList.toggle('paper', paper);
  for (const fold of document.querySelectorAll('details')) fold.open = paper;
  drawAll();
}

function drawNowAndWhenColoursChange(drawAll) {
  drawAll();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
  addEventListener('beforeprint', () => setPaper(true, drawAll));
  addEventListener('afterprint', () => setPaper(false, drawAll));
}
