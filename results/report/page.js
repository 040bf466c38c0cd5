// Puts the page together, and draws it again where what is shown, the colours or the medium change.

const groups = JSON.parse(document.getElementById('data').textContent).groups;

// Of many systems the best are drawn at first: pictures of all would be thickets, but for those with a point for each.
const kManySystems = 20, kDrawnOfMany = 12;

// Of each group: its systems shown, and the places of its charts.
const views = [];

function draw(view) {
  const matching = view.group.systems.filter((s) => view.matching.has(s.name));
  const ticked = matching.filter((s) => !view.hidden.has(s.name));
  for (const place of view.places) {
    const every = place.points && view.group.systems.length > kManySystems;
    show(place, place.make(view.group, every ? matching : ticked, coloursOfPage()));
  }
}

function figureOf(view, [heading, explanation, make, points]) {
  const place = placeOf(heading, explanation, view.group.benchmark);
  view.places.push({...place, make, points});
  return place.figure;
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

// Buttons that tick systems together: those up to a place.
function choicesOf(view, boxes) {
  const choose = (count) => {
    view.group.systems.forEach((system, i) => {
      boxes[i].checked = i < count;
      if (i < count) view.hidden.delete(system.name); else view.hidden.add(system.name);
    });
    draw(view);
  };
  const button = (text, count) => {
    const made = element('button', {type: 'button'}, text);
    made.addEventListener('click', () => choose(count));
    return made;
  };
  return element('p', {class: 'choices'}, 'Drawn: ', button('all', boxes.length), button(`the first ${kDrawnOfMany}`, kDrawnOfMany),
                 button('none', 0));
}

// Which mark is whose; ticked systems are drawn.
function keyOf(view) {
  const items = view.group.systems.map((system, i) => {
    const box = element('input', {type: 'checkbox'});
    box.checked = !view.hidden.has(system.name);
    box.addEventListener('change', () => {
      if (box.checked) view.hidden.delete(system.name); else view.hidden.add(system.name);
      draw(view);
    });
    const item = element('li', {}, element('label', {}, box, drawnMark(system.name), `${i + 1}\u00a0${system.name}`));
    item.dataset.name = system.name;
    return item;
  });
  view.key = element('ul', {class: 'key', 'aria-label': 'Systems drawn'}, ...items);
  if (items.length <= kManySystems) return view.key;
  const boxes = items.map((item) => item.querySelector('input'));
  return element('div', {}, choicesOf(view, boxes), element('div', {class: 'long'}, view.key));
}

function sectionOf(group) {
  const names = group.systems.map((s) => s.name);
  const hidden = new Set(names.length > kManySystems ? names.slice(kDrawnOfMany) : []);
  const view = {group, matching: new Set(names), hidden, places: []};
  views.push(view);
  const key = keyOf(view);
  const table = rankingOf(group);
  const heading = `${group.benchmark || 'Unknown benchmark'}, ${group.mode} scaling`;
  return element('section', {'aria-label': heading, id: `group-${views.length}`}, element('h2', {}, heading), filterOf(view, table),
                 element('div', {class: names.length > kManySystems ? 'scroll tall' : 'scroll'}, table), notesOf(group), key,
                 element('div', {class: 'charts'}, ...kCharts.map((chart) => figureOf(view, chart))),
                 ...(group.scaling.length + group.unscaled.length > 0 ? [scalingTable(group)] : []),
                 ...differencesOf(group));
}

function drawAll() {
  views.forEach(draw);
}

// Where there are several groups, their names lead to them.
function contents() {
  const links = groups.map((group, i) => element('li', {}, element('a', {href: `#group-${i + 1}`},
      `${group.benchmark || 'Unknown benchmark'}, ${group.mode} scaling (${group.systems.length})`)));
  return element('nav', {'aria-label': 'Benchmarks'}, element('ul', {class: 'contents'}, ...links));
}

if (groups.length > 1) document.querySelector('header').append(contents());
document.getElementById('content').append(...groups.map(sectionOf));
drawNowAndWhenColoursChange(drawAll);
