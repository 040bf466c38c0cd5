// The page of a search for settings, as tune.json has it: what was searched, its trials, and their pictures.

const search = JSON.parse(document.getElementById('data').textContent);
const ranked = [...search.trials].sort((a, b) => a.rank - b.rank);
const keys = search.space.map((searched) => searched.key);

function nameOf(trial) {
  return `trial ${trial.trial}, bracket ${trial.bracket}`;
}

function isLost(trial) {
  return trial.state === 'diverged' || trial.state === 'failed';
}

function lastMetric(trial) {
  return isLost(trial) || trial.metrics.length === 0 ? null : trial.metrics[trial.metrics.length - 1];
}

function textOf(value) {
  if (typeof value === 'number') return String(Number(value.toPrecision(4)));
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function settingsOf(trial) {
  return keys.map((key) => `${key} ${textOf(trial.values[key])}`).join(', ');
}

// Metrics far beyond the others don't stretch the axis.
function metricAxis(values, colours) {
  const sorted = [...values].sort((a, b) => a - b), last = sorted.length - 1;
  const low = search.metric.higher_is_better ? sorted[Math.floor(0.1 * last)] : sorted[0];
  const high = search.metric.higher_is_better ? sorted[last] : sorted[Math.floor(0.9 * last)];
  const room = 0.08 * (high - low || 1);
  return linearAxis(search.metric.name, colours, {min: low - room, max: high + room, ticks: {color: colours.soft, includeBounds: false}});
}

function learningChart(colours) {
  const drawn = ranked.filter((trial) => trial.metrics.some((metric) => metric !== null));
  if (drawn.length === 0) return null;
  const datasets = drawn.map((trial) => {
    const mark = markOf(`bracket ${trial.bracket}`), best = trial.trial === search.best;
    const data = trial.metrics.map((y, i) => ({x: i + 1, y, what: `${nameOf(trial)}: ${settingsOf(trial)}`}));
    return {data, showLine: true, borderColor: best ? colours.text : mark.colour, backgroundColor: mark.colour,
            borderWidth: best ? 3 : 1.2, pointStyle: mark.shape, radius: data.map((p, i) => i === data.length - 1 ? 4 : 0), hitRadius: 4};
  });
  const values = drawn.flatMap((trial) => trial.metrics).filter((metric) => metric !== null);
  const most = Math.max(...drawn.map((trial) => trial.metrics.length)), y = search.metric.target;
  datasets.push({data: [1, most].map((x) => ({x, y, what: 'target'})), showLine: true, borderColor: colours.text,
                 borderDash: [3, 3], borderWidth: 1, radius: 0});
  const label = (item) => `${item.raw.what}: ${shown(item.raw.y)} after epoch ${item.raw.x}`;
  return {
    height: 420, type: 'scatter', data: {datasets},
    options: optionsOf({x: linearAxis('epoch', colours, {min: 0.8, max: most + 0.2, ticks: {precision: 0, includeBounds: false, color: colours.soft}}),
                        y: metricAxis(values, colours)}, label),
  };
}

function isNumeric(key) {
  return search.trials.every((trial) => typeof trial.values[key] === 'number');
}

function settingAxis(key, colours) {
  const values = search.trials.map((trial) => trial.values[key]);
  if (!isNumeric(key)) {
    const labels = [...new Set(values.map(textOf))].sort();
    return {type: 'category', labels, offset: true, title: title(key, colours), grid: {color: colours.line}, ticks: {color: colours.text}};
  }
  return search.space.some((searched) => searched.key === key && 'log_uniform' in searched) ? logAxis(key, colours, around(values)) :
                                                                                               linearAxis(key, colours);
}

// A point is a trial, the larger the more epochs it had; a cross one that diverged or failed, at the worst edge.
function settingChart(key) {
  return (colours) => {
    const values = search.trials.map(lastMetric).filter((metric) => metric !== null);
    if (values.length === 0) return null;
    const numeric = isNumeric(key);
    const y = metricAxis(values, colours), worst = search.metric.higher_is_better ? y.min : y.max;
    const most = Math.max(...search.trials.map((trial) => trial.epochs));
    const datasets = search.trials.filter((trial) => isLost(trial) || lastMetric(trial) !== null).map((trial) => {
      const metric = lastMetric(trial), x = numeric ? trial.values[key] : textOf(trial.values[key]);
      const what = `${nameOf(trial)}, ${trial.state} after ${trial.epochs} epochs: ${settingsOf(trial)}`;
      const points = pointsOf(`bracket ${trial.bracket}`, [{x, y: metric === null ? worst : metric, what}], 3 + 6 * trial.epochs / most);
      if (metric === null) return {...points, pointStyle: 'crossRot', radius: 6, clip: false};
      return trial.trial === search.best ? {...points, borderColor: colours.text, borderWidth: 3} : points;
    });
    const label = (item) => `${item.raw.what}: ${shown(item.raw.y)}`;
    return {height: 320, type: 'scatter', data: {datasets},
            options: optionsOf({x: settingAxis(key, colours), y}, label)};
  };
}

function textCell(text, attributes) {
  const made = element('td', attributes, text);
  made.dataset.value = text;
  return made;
}

function tableOfTrials() {
  const columns = [['rank', true], ['trial', true], ['bracket', true], ['epochs', true], [search.metric.name, true], ['seconds', true],
                   ['state', false], ...keys.map((key) => [key, isNumeric(key)])];
  const rows = ranked.map((trial) => element('tr', {},
      ...[trial.rank, trial.trial, trial.bracket, trial.epochs].map((number) => cell(number, String(number))),
      cell(lastMetric(trial), shown(lastMetric(trial), 4)), cell(trial.seconds, trial.seconds.toFixed(1)),
      textCell(trial.state, trial.why ? {title: trial.why} : {}),
      ...keys.map((key) => isNumeric(key) ? cell(trial.values[key], textOf(trial.values[key])) : textCell(textOf(trial.values[key])))));
  return element('div', {class: search.trials.length > 20 ? 'scroll tall' : 'scroll'},
                 sortableTable({class: 'ranking'}, '', columns, rows));
}

function summary() {
  const method = search.method === 'hyperband' ? `Hyperband with eta ${search.eta}` : 'Random search';
  const brackets = search.brackets.map((rungs, i) => element('li', {}, drawnMark(`bracket ${i + 1}`),
      `bracket ${i + 1}: ` + rungs.map((rung) => `${rung.trials} to epoch ${rung.epochs}`).join(', ')));
  const best = search.trials.find((trial) => trial.trial === search.best);
  return element('div', {},
      element('p', {}, `${method} of up to ${search.max_epochs} epochs a trial, seed ${search.seed}, ${(search.seconds / 60).toFixed(1)} minutes` +
          (search.finished ? '.' : '; not finished.')),
      element('p', {}, best ? `The best is trial ${best.trial}, ${search.metric.name} ${shown(lastMetric(best), 4)} after ${best.epochs} epochs ` +
          `(target ${search.metric.target}): ${settingsOf(best)}.` : 'No trial came to a value.'),
      element('ul', {class: 'key'}, ...brackets));
}

const kPictures = [
  ['How the trials learned', 'A line is a trial, of the colour of its bracket; the thick one is the best, the dashed one the target.', learningChart],
  ...keys.map((key) => [key, 'A point is a trial, the larger the more epochs it had; a cross one that diverged or failed.', settingChart(key)]),
];

const places = kPictures.map(([heading, explanation, make]) => ({...placeOf(heading, explanation, 'a search for settings'), make}));

document.getElementById('content').append(summary(), element('div', {class: 'charts'}, ...places.map((place) => place.figure)),
                                         element('h2', {}, 'Trials'), tableOfTrials());
drawNowAndWhenColoursChange(() => places.forEach((place) => show(place, place.make(coloursOfPage()))));
