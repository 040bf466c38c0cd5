// The charts of a group. Each is a function from the group, the systems shown and the colours of the page to a
// configuration of Chart.js; null where there is nothing to draw.

// The run that stands for a system, whose evaluations alone are here.
function typicalRun(system) {
  return system.runs.find((run) => run.typical);
}

// Names with their numbers; where there is little room, of the system alone.
function nameAxis(group, systems, colours) {
  const names = systems.map((system) => system.name);
  const label = (system) => {
    const name = colours.narrow ? system.system || system.name : system.name;
    return `${group.systems.indexOf(system) + 1} ${shortened(name, colours.narrow ? 14 : 44)}`;
  };
  return {
    type: 'category', labels: names, offset: true, grid: {color: colours.line},
    ticks: {color: colours.text, autoSkip: false, callback: (value, i) => label(systems[i])},
  };
}

function runTimesChart(group, systems, colours) {
  const names = systems.map((s) => s.name), datasets = [], minutes = [];
  const shape = (points, style) => ({...points, ...style});
  for (const system of systems) {
    const at = (run) => ({x: run.minutes, y: system.name, what: run.file + (run.reason && ': ' + run.reason)});
    const ended = system.runs.filter((run) => run.minutes > 0);
    ended.forEach((run) => minutes.push(run.minutes));
    const colour = markOf(system.name).colour;
    if (system.minutes !== null) {
      minutes.push(system.minutes);
      datasets.push(shape(pointsOf(system.name, [{x: system.minutes, y: system.name, what: 'time to solution'}], 9),
                          {pointStyle: 'line', rotation: 90, borderWidth: 3, borderColor: colours.text}));
    }
    datasets.push(shape(pointsOf(system.name, ended.filter((run) => run.converged).map(at), 4), {pointStyle: 'circle'}));
    datasets.push(shape(pointsOf(system.name, ended.filter((run) => !run.converged).map(at), 5),
                        {pointStyle: 'crossRot', borderColor: colour}));
  }
  if (minutes.length === 0) return null;
  const label = (item) => `${item.raw.y}: ${item.raw.x.toFixed(2)} minutes, ${item.raw.what}`;
  return {
    height: heightOfNames(names),
    type: 'scatter', data: {datasets},
    options: optionsOf({x: logAxis('minutes', colours, around(minutes)), y: nameAxis(group, systems, colours)}, label),
  };
}

// Lines of evaluations; those far beyond the others don't stretch the axis.
function curvesChart(group, systems, colours, xIndex, xAxisOver) {
  const datasets = [], values = [], ends = [];
  for (const system of systems) {
    const run = typicalRun(system);
    const points = (run ? run.evaluations : []).filter((p) => p[xIndex] !== null && p[2] !== null)
        .map((p) => ({x: p[xIndex], y: p[2], what: `${system.name}, ${run.file}`}));
    if (points.length === 0) continue;
    points.forEach((p) => values.push(p.y));
    ends.push(points[0].x, points[points.length - 1].x);
    const mark = markOf(system.name), last = points.length - 1;
    datasets.push({data: points, showLine: true, borderColor: mark.colour, backgroundColor: mark.colour, borderWidth: 1.5,
                   borderDash: mark.dash, pointStyle: mark.shape, hitRadius: 4,
                   radius: points.map((p, i) => i === last ? 5 : 0)});
  }
  if (datasets.length === 0) return null;
  if (group.metric !== null) {
    const y = group.metric.target, positive = ends.filter((x) => x > 0);
    values.push(y);
    datasets.push({data: [Math.min(...positive), Math.max(...ends)].map((x) => ({x, y, what: 'target'})), showLine: true,
                   borderColor: colours.text, borderDash: [3, 3], borderWidth: 1, radius: 0});
  }
  values.sort((a, b) => a - b);
  const low = values[Math.floor(0.01 * values.length)], high = values[Math.floor(0.97 * (values.length - 1))];
  const room = 0.08 * (high - low || 1);
  const label = (item) => `${item.raw.what}: ${item.raw.y} after ${shown(item.raw.x)}`;
  const what = group.metric ? group.metric.key : 'evaluation';
  return {
    height: 400,
    type: 'scatter', data: {datasets},
    options: optionsOf({x: xAxisOver(ends), y: linearAxis(what, colours, {min: low - room, max: high + room})}, label),
  };
}

function curvesOverMinutesChart(group, systems, colours) {
  return curvesChart(group, systems, colours, 0,
                     (ends) => logAxis('minutes since the run began', colours, around(ends.filter((x) => x > 0))));
}

function curvesOverEpochsChart(group, systems, colours) {
  return curvesChart(group, systems, colours, 1, () => linearAxis('epoch', colours, {beginAtZero: true}));
}

function breakdownChart(group, systems, colours) {
  const drawn = systems.filter((system) => system.runs.length > 0);
  const names = drawn.map((system) => system.name);
  const seconds = (system, part) => {
    const breakdown = typicalRun(system).breakdown;
    if (part === 'first epoch') return breakdown.first_epoch_seconds;
    return breakdown[part + '_seconds'] - (part === 'training' ? breakdown.first_epoch_seconds : 0);
  };
  const all = (system) => Object.keys(kPartColours).reduce((sum, part) => sum + seconds(system, part), 0);
  if (!drawn.some((system) => all(system) > 0)) return null;
  const datasets = Object.entries(kPartColours).map(([part, colour]) => ({
    label: part, backgroundColor: colour, borderColor: colours.ground, borderWidth: 1, maxBarThickness: 20,
    data: drawn.map((system) => all(system) > 0 ? 100 * seconds(system, part) / all(system) : 0),
  }));
  const label = (item) => `${names[item.dataIndex]}: ${item.dataset.label} ` +
      `${shown(seconds(drawn[item.dataIndex], item.dataset.label) / 60, 2)} minutes, ${item.raw.toFixed(1)} %`;
  const x = linearAxis('share of the time, %', colours, {stacked: true, min: 0, max: 100});
  const options = optionsOf({x, y: {...nameAxis(group, drawn, colours), stacked: true}}, label);
  options.indexAxis = 'y';
  options.plugins.legend = {display: true, position: 'top', labels: {color: colours.text, boxWidth: 14}};
  return {height: heightOfNames(names) + 30, type: 'bar', data: {labels: names, datasets}, options};
}

// Over size, both logarithmic, with a line where each system would be if its smallest size scaled ideally: full lines
// join sizes of one global batch, dashed ones sizes of one batch a unit. What is drawn grows with the size, or falls.
function overSizeChart(group, systems, colours, {value, what, grows}) {
  const drawn = systems.filter((s) => s.size > 0 && value(s) > 0);
  if (drawn.length === 0) return null;
  const datasets = drawn.map((s) => pointsOf(s.name, [{x: s.size, y: value(s), what: `${s.name}: ${s.size} ${s.unit}`}], 6));
  const line = (data, dash) => datasets.push(
      {data, showLine: true, borderColor: colours.soft, borderDash: dash, borderWidth: 1.5, radius: 0});
  for (const family of group.scaling) {
    const members = family.points.map((point) => drawn.find((s) => s.name === point.name)).filter(Boolean);
    if (members.length < 2) continue;
    const at = (s) => ({x: s.size, y: value(s), what: `${s.name}, ${family.kind} scaling`});
    const [first, last] = [members[0], members[members.length - 1]], growth = last.size / first.size;
    line(members.map(at), family.kind === 'strong' ? [] : [9, 4]);
    line([at(first), {x: last.size, y: grows ? value(first) * growth : value(first) / growth, what: `${last.name}, ideally`}], [1, 4]);
  }
  const every = datasets.flatMap((set) => set.data), units = [...new Set(drawn.map((s) => s.unit))].sort();
  const label = (item) => `${item.raw.what}, ${shown(item.raw.y)} ${what}`;
  return {
    height: 400,
    type: 'scatter', data: {datasets},
    options: optionsOf({x: logAxis(units.join(' or '), colours, around(every.map((p) => p.x))),
                        y: logAxis(what, colours, around(every.map((p) => p.y)))}, label),
  };
}

function scalingChart(group, systems, colours) {
  return group.mode === 'strong' ?
      overSizeChart(group, systems, colours, {value: (s) => s.minutes, what: 'minutes', grows: false}) :
      overSizeChart(group, systems, colours, {value: (s) => s.models_per_minute, what: 'models a minute', grows: true});
}

function trainingScalingChart(group, systems, colours) {
  if (group.mode !== 'strong') return null;
  return overSizeChart(group, systems, colours, {value: (s) => s.samples_per_second, what: 'samples a second', grows: true});
}

// Systems that are scored in both; the line joins those that none beats in one without being beaten in the other.
function energyChart(group, systems, colours) {
  const drawn = systems.filter((s) => s.minutes > 0 && s.energy && s.energy.joules > 0);
  if (drawn.length === 0) return null;
  const at = (s) => ({x: s.minutes, y: s.energy.joules / 1000, what: s.name});
  const datasets = drawn.map((s) => pointsOf(s.name, [at(s)], 6));
  const line = drawn.filter((s) => s.on_pareto_line).map(at).sort((a, b) => a.x - b.x);
  datasets.push({data: line, showLine: true, borderColor: colours.soft, borderWidth: 1.5, radius: 0});
  const label = (item) => `${item.raw.what}: ${item.raw.x.toFixed(2)} minutes, ${shown(item.raw.y)} kJ`;
  return {
    height: 400,
    type: 'scatter', data: {datasets},
    options: optionsOf({x: logAxis('minutes', colours, around(drawn.map((s) => at(s).x))),
                        y: logAxis('kJ', colours, around(drawn.map((s) => at(s).y)))}, label),
  };
}

// What a group's charts are called, what is to be seen there, who draws it, and whether it has but a point for each
// system, so that there is room for all.
const kCharts = [
  ['Time to solution and its runs', 'A point is a run, a cross one that failed, the stroke the time to solution.', runTimesChart],
  ['Where the time of a run went',
   'Of the median run; training is without the evaluations inside its epochs, and the first epoch stands apart, which compiles and ' +
   'fills caches. Staging before the run began is shown, though its minutes leave it out.',
   breakdownChart],
  ['Convergence over time', 'Each system by its median run; the dashed line is the target, the mark the last evaluation.',
   curvesOverMinutesChart],
  ['Convergence over epochs', 'The same runs.', curvesOverEpochsChart],
  ['Scaling',
   'Full lines join sizes of one system with the same global batch (strong scaling), dashed ones those with the same batch a unit ' +
   '(weak scaling); dotted ones are ideal from the smallest.', scalingChart, true],
  ['Scaling of training', 'Samples a second of training, without evaluations and first epochs; lines as above.', trainingScalingChart, true],
  ['Time against energy', 'The line joins the systems that no other beats in both (Pareto); energy of whole nodes alone.', energyChart, true],
];
