// The charts of a family. Each is a function from the family, the series shown and the colours of the page to a
// configuration of Chart.js; null where there is nothing to draw.

// Labels at the sizes that were run.
function coresAxis(points, colours) {
  const sizes = [...new Set(points.map((point) => point.cores))].sort((a, b) => a - b);
  return {...logAxis('cores', colours, around(sizes)), grid: {color: colours.line},
          ticks: {color: colours.soft, callback: (value) => value.toLocaleString('en'), autoSkip: true, maxRotation: 0},
          afterBuildTicks: (axis) => { axis.ticks = sizes.map((value) => ({value})); }};
}

function lineOf(series, data, more) {
  const mark = markOf(series.name);
  return {...pointsOf(series.name, data, 5), showLine: true, borderWidth: 2, borderDash: mark.dash, ...more};
}

// An upright stroke from the least to the greatest of a spread.
function spreadStroke(series, x, low, high, what) {
  return {data: [{x, y: low, what}, {x, y: high, what}], showLine: true, borderColor: markOf(series.name).colour, borderWidth: 1.5,
          pointStyle: 'line', radius: 5, hoverRadius: 5};
}

function referenceLine(data, colours) {
  return {data, showLine: true, borderColor: colours.soft, borderDash: [2, 3], borderWidth: 1.5, radius: 0};
}

function overCores(datasets, drawn, yAxis, colours, label) {
  const points = drawn.flatMap((series) => series.points);
  return {height: 380, type: 'scatter', data: {datasets}, options: optionsOf({x: coresAxis(points, colours), y: yAxis}, label)};
}

function whatOf(series, point) {
  return `${series.name}, ${layoutOf(point)}`;
}

function speedUpChart(family, shownSeries, colours) {
  const drawn = shownSeries.filter((series) => measuredOf(series).length > 0);
  if (drawn.length === 0) return null;
  const datasets = drawn.map((series) => lineOf(series, measuredOf(series).map(
      (point) => ({x: point.cores, y: point.figures.speed_up, what: whatOf(series, point)}))));
  const most = Math.max(...drawn.flatMap(measuredOf).map((point) => point.cores));
  const bases = new Set(family.studies.map(baseOf).filter(Boolean).map((point) => point.cores));
  for (const base of bases)
    datasets.push(referenceLine([base, most].map((x) => ({x, y: x / base, what: 'ideal'})), colours));
  const y = logAxis('speed-up', colours, around(datasets.flatMap((set) => set.data).map((point) => point.y)));
  return overCores(datasets, drawn.map((series) => ({points: measuredOf(series)})), y, colours,
                   (item) => `${item.raw.what}: ${shown(item.raw.y)}`);
}

function efficiencyChart(family, shownSeries, colours) {
  const drawn = shownSeries.filter((series) => measuredOf(series).length > 0);
  if (drawn.length === 0) return null;
  const datasets = [];
  for (const series of drawn) {
    datasets.push(lineOf(series, measuredOf(series).map(
        (point) => ({x: point.cores, y: 100 * point.figures.efficiency.median, what: whatOf(series, point)}))));
    for (const point of measuredOf(series)) {
      const {min, max} = point.figures.efficiency;
      datasets.push(spreadStroke(series, point.cores, 100 * min, 100 * max, `${whatOf(series, point)}, of repeats`));
    }
  }
  const cores = drawn.flatMap(measuredOf).map((point) => point.cores);
  datasets.push(referenceLine([Math.min(...cores), Math.max(...cores)].map((x) => ({x, y: 100, what: 'ideal'})), colours));
  const y = linearAxis('efficiency, %', colours, {beginAtZero: true});
  return overCores(datasets, drawn.map((series) => ({points: measuredOf(series)})), y, colours,
                   (item) => `${item.raw.what}: ${item.raw.y.toFixed(1)} %`);
}

// Measured points with their spread, and the model's curve, which goes on where a point failed.
function stepTimeChart(family, shownSeries, colours) {
  const datasets = [], drawn = [];
  for (const series of shownSeries) {
    const points = series.points.filter((point) => point.figures !== null || point.predicted_step_seconds !== null);
    if (points.length === 0) continue;
    drawn.push({points});
    datasets.push(lineOf(series, measuredOf(series).map(
        (point) => ({x: point.cores, y: 1000 * point.figures.step_seconds.median, what: whatOf(series, point)})), {showLine: false}));
    for (const point of measuredOf(series)) {
      const {min, max} = point.figures.step_seconds;
      datasets.push(spreadStroke(series, point.cores, 1000 * min, 1000 * max, `${whatOf(series, point)}, of repeats`));
    }
    const predicted = points.filter((point) => point.predicted_step_seconds !== null)
        .map((point) => ({x: point.cores, y: 1000 * point.predicted_step_seconds, what: `${whatOf(series, point)}, predicted`}));
    if (predicted.length > 0) datasets.push(lineOf(series, predicted, {borderDash: [6, 4], radius: 2, pointStyle: 'circle'}));
  }
  if (datasets.length === 0) return null;
  const y = logAxis('ms a step', colours, around(datasets.flatMap((set) => set.data).map((point) => point.y)));
  return overCores(datasets, drawn, y, colours, (item) => `${item.raw.what}: ${shown(item.raw.y)} ms`);
}

function barOptions(scales, label, colours) {
  const options = optionsOf(scales, label);
  options.plugins.legend = {display: true, position: 'top', labels: {color: colours.text, boxWidth: 14}};
  return options;
}

function breakdownBars(family, shownSeries, colours) {
  const rows = shownSeries.flatMap((series) => measuredOf(series).filter((point) => point.figures.breakdown)
      .map((point) => ({series, point, parts: point.figures.breakdown})));
  if (rows.length === 0) return null;
  rows.sort((a, b) => a.point.cores - b.point.cores || a.series.name.localeCompare(b.series.name, 'en'));
  const several = family.studies.length > 1;
  const labels = rows.map(({series, point}) => shortened(`${layoutOf(point)} ${point.split}${several ? ' ' + series.study : ''}`,
                                                         colours.narrow ? 18 : 44));
  const all = (parts) => kParts.reduce((sum, [, key]) => sum + parts[key], 0);
  const datasets = kParts.map(([part, key, colour]) => ({
    label: part, backgroundColor: colour, borderColor: colours.ground, borderWidth: 1, maxBarThickness: 20,
    data: rows.map(({parts}) => 100 * parts[key] / all(parts)),
  }));
  const label = (item) => `${item.dataset.label}: ${shown(1000 * rows[item.dataIndex].parts[kParts[item.datasetIndex][1]])} ms, ` +
      `${item.raw.toFixed(1)} %`;
  const y = {type: 'category', labels, stacked: true, grid: {color: colours.line}, ticks: {color: colours.text, autoSkip: false}};
  const options = barOptions({x: linearAxis('share of a step, %', colours, {stacked: true, min: 0, max: 100}), y}, label, colours);
  options.indexAxis = 'y';
  return {height: heightOfNames(labels) + 30, type: 'bar', data: {labels, datasets}, options};
}

// Side by side at each number of cores that several splits were run at.
function splitsChart(family, shownSeries, colours) {
  const at = (series, cores) => measuredOf(series).find((point) => point.cores === cores);
  const sizes = [...new Set(shownSeries.flatMap((series) => measuredOf(series)).map((point) => point.cores))].sort((a, b) => a - b)
      .filter((cores) => new Set(shownSeries.map((series) => at(series, cores)).filter(Boolean).map((point) => point.split)).size > 1);
  if (sizes.length === 0) return null;
  const drawn = shownSeries.filter((series) => sizes.some((cores) => at(series, cores)));
  const datasets = drawn.map((series) => ({
    label: series.name, backgroundColor: markOf(series.name).colour, maxBarThickness: 36,
    data: sizes.map((cores) => { const point = at(series, cores); return point ? point.figures.samples_per_second : null; }),
  }));
  const x = {type: 'category', labels: sizes.map(String), title: title('cores', colours), grid: {color: colours.line}, ticks: {color: colours.text}};
  const y = linearAxis('samples a second', colours, {beginAtZero: true});
  const label = (item) => `${item.dataset.label}: ${shown(item.raw)} samples a second`;
  return {height: 380, type: 'bar', data: {labels: sizes.map(String), datasets}, options: barOptions({x, y}, label, colours)};
}

function solutionChart(family, shownSeries, colours) {
  const solved = (series) => measuredOf(series).filter((point) => point.figures.solution && point.figures.solution.seconds > 0);
  const drawn = shownSeries.filter((series) => solved(series).length > 0);
  if (drawn.length === 0) return null;
  const datasets = drawn.map((series) => lineOf(series, solved(series).map((point) => ({
    x: point.cores, y: point.figures.solution.seconds / 60,
    what: `${whatOf(series, point)}, ${point.figures.solution.reached ? 'target reached' : 'target missed'}`})), {
    pointStyle: solved(series).map((point) => point.figures.solution.reached ? markOf(series.name).shape : 'crossRot')}));
  const y = logAxis('minutes', colours, around(datasets.flatMap((set) => set.data).map((point) => point.y)));
  return overCores(datasets, drawn.map((series) => ({points: solved(series)})), y, colours,
                   (item) => `${item.raw.what}: ${shown(item.raw.y)} minutes`);
}

const kStudyCharts = [
  ['Speed-up', 'Work in the time of the smallest point of its kind; the dotted line is ideal.', speedUpChart],
  ['Efficiency', 'Speed-up over the ratio of cores; strokes go from the slowest to the fastest repeat.', efficiencyChart],
  ['Time of a step', 'Marks are measured, with strokes over the repeats; the dashed curves are the performance model’s.', stepTimeChart],
  ['Where the time of a step went', 'Means over ranks. Exchange, reduction and input are what was waited for, as compute did not hide it.',
   breakdownBars],
  ['Splits at one size', 'Whole samples, and samples split over ranks, on as many cores.', splitsChart],
  ['Time to the target', 'From run_start to run_stop; crosses missed the target.', solutionChart],
];
