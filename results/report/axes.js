// Axes, options and points that all charts share.

function title(text, colours) {
  return {display: true, text, color: colours.text};
}

function linearAxis(text, colours, more) {
  return {type: 'linear', title: title(text, colours), grid: {color: colours.line},
          ticks: {color: colours.soft}, ...more};
}

// Labels and lines at 1, 2 and 5 of each decade, at 1 alone where there is no room, or at more where less is shown.
function logAxis(text, colours, more) {
  const few = colours.narrow && more.max / more.min > 50, many = more.max / more.min < 5;
  const digits = few ? [1] : many ? [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8] : [1, 2, 5];
  const label = (value) => {
    const leading = value / 10 ** Math.floor(Math.log10(value) + 1e-9);
    return digits.some((digit) => Math.abs(leading - digit) < 1e-6) ? value.toLocaleString('en', {maximumSignificantDigits: 3}) : '';
  };
  const line = (context) => context.tick && context.tick.label ? colours.line : 'transparent';
  return {type: 'logarithmic', title: title(text, colours), grid: {color: line},
          ticks: {color: colours.soft, callback: label, autoSkip: false, maxRotation: 0}, ...more};
}

function optionsOf(scales, label) {
  return {
    animation: false, responsive: true, maintainAspectRatio: false, normalized: true,
    layout: {padding: {right: 18}},
    devicePixelRatio: Math.max(2, window.devicePixelRatio), scales,
    plugins: {legend: {display: false}, tooltip: {callbacks: {title: () => '', label}}},
  };
}

function heightOfNames(names) {
  return 90 + 26 * names.length;
}

// Limits of a logarithmic axis somewhat beyond the values.
function around(values) {
  return values.length === 0 ? {min: 1, max: 10} : {min: Math.min(...values) / 1.25, max: Math.max(...values) * 1.25};
}

function pointsOf(name, data, radius) {
  const mark = markOf(name);
  return {type: 'scatter', data, pointStyle: mark.shape, radius, hoverRadius: radius + 2, borderColor: mark.colour,
          backgroundColor: mark.colour + '80', borderWidth: 1.5};
}
