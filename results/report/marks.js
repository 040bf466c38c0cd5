// How systems are told apart: the same colour, shape and dash in every chart. Colours are Paul Tol's bright scheme,
// which holds for colour-blind eyes; from the eighth system on, shape and dash tell systems of one colour apart.
const kColours = ['#4477AA', '#EE6677', '#228833', '#CCBB44', '#66CCEE', '#AA3377', '#8A8A8A'];
const kShapes = ['circle', 'rect', 'triangle', 'rectRot', 'star', 'crossRot', 'cross'];
const kDashes = [[], [6, 3], [2, 2], [8, 3, 2, 3]];
const kPartColours = {staging: '#DDAA33', 'first epoch': '#7FB2E5', training: '#2F6FB0', evaluation: '#BB5566', other: '#A9A9A9'};

const indexOfName = new Map();

function markOf(name) {
  if (!indexOfName.has(name)) indexOfName.set(name, indexOfName.size);
  const index = indexOfName.get(name), round = Math.floor(index / kColours.length);
  return {
    colour: kColours[index % kColours.length],
    shape: kShapes[(index + round) % kShapes.length],
    dash: kDashes[round % kDashes.length],
  };
}

// A piece of the system's line with its shape, for keys and tables.
function drawnMark(name) {
  const canvas = element('canvas', {class: 'mark', width: 68, height: 28, 'aria-hidden': 'true'});
  const context = canvas.getContext('2d'), mark = markOf(name);
  context.scale(2, 2);
  context.strokeStyle = context.fillStyle = mark.colour;
  context.lineWidth = 2;
  context.setLineDash(mark.dash);
  context.beginPath();
  context.moveTo(0, 7);
  context.lineTo(34, 7);
  context.stroke();
  context.setLineDash([]);
  Chart.helpers.drawPoint(context, {pointStyle: mark.shape, radius: 4.5, borderWidth: 2}, 17, 7);
  return canvas;
}
