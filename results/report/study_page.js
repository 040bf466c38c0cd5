// Puts the page of scaling studies together.

const comparison = JSON.parse(document.getElementById('data').textContent);
const views = [];

function draw(view) {
  const shownSeries = view.series.filter((series) => !view.hidden.has(series.name));
  for (const place of view.places) show(place, place.make(view.family, shownSeries, coloursOfPage()));
}

// Which mark is whose; ticked series are drawn.
function keyOf(view) {
  return element('ul', {class: 'key', 'aria-label': 'Lines drawn'}, ...view.series.map((series) => {
    const box = element('input', {type: 'checkbox'});
    box.checked = true;
    box.addEventListener('change', () => {
      if (box.checked) view.hidden.delete(series.name); else view.hidden.add(series.name);
      draw(view);
    });
    return element('li', {}, element('label', {}, box, drawnMark(series.name), series.name));
  }));
}

function figureOf(view, [heading, explanation, make]) {
  const place = placeOf(heading, explanation, view.family.kept);
  view.places.push({...place, make});
  return place.figure;
}

function headingOfFamily(family) {
  const extents = family.mode === 'weak_volume' ? '' : ` of ${family.studies[0].points[0].extents.join('×')}`;
  return `${family.benchmark} in ${family.element}, ${family.mode === 'strong' ? 'strong' : 'weak'} scaling: ${family.kept}${extents}`;
}

// Points that failed aren't left out.
function failuresOf(family) {
  const items = family.studies.flatMap((member) => member.points.filter((point) => point.failure !== '').map((point) =>
      element('li', {}, `${member.study}, ${point.name} (${layoutOf(point)} ${point.split}) failed: ${point.failure}`)));
  return items.length === 0 ? [] : [element('ul', {class: 'note failures'}, ...items)];
}

function sectionOf(family) {
  const view = {family, series: seriesOf(family), hidden: new Set(), places: []};
  views.push(view);
  const heading = headingOfFamily(family);
  return element('section', {'aria-label': heading}, element('h2', {}, heading), scalingOf(family), ...failuresOf(family),
                 ...(family.studies.length > 1 ? [sideBySideOf(family, comparison.base)] : []), keyOf(view),
                 element('div', {class: 'charts'}, ...kStudyCharts.map((chart) => figureOf(view, chart))), popOf(family));
}

// What a study ran on, and how.
function studyText(study) {
  const peak = study.peak_flop_a_core === null ? '' :
      `; peak ${shown(study.peak_flop_a_core / 1e9)} Gflop/s a core (${study.peak_source})`;
  const runs = study.steps > 0 ? `medians of ${study.repeats} repeats of ${study.steps} steps, of the slowest rank` : 'run to the target';
  return `${study.name}: ${study.processor}; ${study.mpi}; ${study.library}; Tessera ${study.version}; ${runs}${peak}`;
}

const pageTitle = comparison.studies.length > 1 ? 'Scaling studies side by side' : `Scaling study: ${comparison.studies[0].name}`;
document.getElementById('heading').textContent = document.title = pageTitle;
document.querySelector('header').append(...comparison.studies.map((study) => element('p', {class: 'note'}, studyText(study))));
document.getElementById('content').append(...comparison.families.map(sectionOf));
drawNowAndWhenColoursChange(() => views.forEach(draw));
