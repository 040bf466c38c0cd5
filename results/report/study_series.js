// What is drawn as one line: points of one study, split and number of threads, by cores.

const kParts = [['compute', 'compute_seconds', '#2F6FB0'], ['exchange', 'exposed_exchange_seconds', '#EE8866'],
                ['reduction', 'exposed_reduction_seconds', '#BB5566'], ['input', 'exposed_input_seconds', '#DDAA33'],
                ['rest', 'rest_seconds', '#A9A9A9']];

function layoutOf(point) {
  return `${point.ranks}x${point.threads}`;
}

// Only what differs within the family is part of a name.
function seriesOf(family) {
  const all = family.studies.flatMap((member) => member.points.map((point) => ({study: member.study, point})));
  const threadsVary = new Set(all.map(({point}) => point.threads)).size > 1;
  const named = new Map();
  for (const {study, point} of all) {
    const words = [...(family.studies.length > 1 ? [study] : []), point.split === 'whole' ? 'whole samples' : `split ${point.split}`,
                   ...(threadsVary ? [`${point.threads} thread${point.threads > 1 ? 's' : ''} a rank`] : [])];
    const name = words.join(', ');
    if (!named.has(name)) named.set(name, {name, study, points: []});
    named.get(name).points.push(point);
  }
  return [...named.values()];
}

function measuredOf(series) {
  return series.points.filter((point) => point.figures !== null);
}

// The point that a study's efficiencies are against.
function baseOf(member) {
  return member.points.find((point) => point.figures !== null && point.figures.is_base);
}

function stateOf(point) {
  if (point.figures !== null) return point.figures.input === 'data_set' ? 'measured' : `measured, ${point.figures.input} samples`;
  return point.failure === '' ? 'not ended yet' : 'failed';
}
