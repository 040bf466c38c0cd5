'use strict';

// Makes an element. Texts of the logs come in through textContent alone, so that none of them is markup.
function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
  for (const child of children) {
    made.append(typeof child === 'object' ? child : document.createTextNode(child));
  }
  return made;
}

// A number to three or so significant digits; a dash where there is none.
function shown(value, decimals) {
  if (value === null) return '–';
  if (decimals !== undefined) return value.toFixed(decimals);
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}

function shownProbability(p) {
  if (p === null) return '–';
  return p < 0.0001 ? '< 0.0001' : p.toFixed(4);
}

function cell(value, text) {
  const made = element('td', {class: 'number'}, text);
  made.dataset.value = value === null ? '' : value;
  return made;
}

function shortened(text, most) {
  return text.length <= most ? text : text.slice(0, most - 1) + '…';
}
