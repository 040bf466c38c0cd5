{
  const section = document.querySelector('section');
  // No such sign stands in this script itself, where it would do the harm that it mustn't do as data.
  const hostile = '\x3c/script>\x3cscript>hacked = 1\x3c/script>\x3cimg src=x onerror="hacked = 1">\x3c!--\x3cscript> ' +
      '\'&quot; \u2028 \u0000 ' +
      'x'.repeat(200) + '\u00ff\u00c3/cluster';
  equal('names', columnOf(section, 'system'), ['Org/fast', 'Org/slow', hostile]);
  equal('scripts run from a text', typeof hacked, 'undefined');
  equal('images', document.images.length, 0);
  equal('scripts', document.scripts.length, 4);
  equal('other files', performance.getEntriesByType('resource').length, 0);

  // Means of the middle three of 10 to 14, 20 to 24, 30 to 34 minutes.
  equal('minutes', columnOf(section, 'minutes'), ['12.00', '22.00', '32.00']);
  equal('speed-up', columnOf(section, 'speed-up'), ['2.67', '1.45', '1']);
  equal('per node', columnOf(section, 'per node'), ['0.667', '0.727', '1']);
  equal('p', columnOf(section, 'p, next'), ['0.0079', '0.0079', '–']);
  for (const ends of [null, [null, 1], [1, null]])
    equal('interval without an end', interval({interval_minutes: ends, provisional: false}), '–');
  press(section, 'minutes');
  press(section, 'minutes');
  equal('minutes, descending', columnOf(section, 'minutes'), ['32.00', '22.00', '12.00']);
  press(section, 'system');
  equal('names, sorted', columnOf(section, 'system').slice(1), ['Org/fast', 'Org/slow']);
  press(section, '#');

  const runTimes = () => pointsIn(section, 'Time to solution and its runs').map((point) => point.x).sort((a, b) => a - b);
  equal('runs drawn', runTimes().length, 18);
  filter(section, 'ORG slow');
  equal('filtered', columnOf(section, 'system'), ['Org/slow']);
  equal('runs drawn of it', runTimes(), [20, 21, 22, 22, 23, 24]);
  filter(section, 'nothing is called so');
  equal('none left', [rowsOf(section).length, runTimesAreGone(section)], [0, true]);
  filter(section, '');
  equal('all again', runTimes().length, 18);
  const box = section.querySelector('.key input');
  box.click();
  equal('without the one that was unticked', runTimes()[0], 20);
  box.click();

  equal('evaluations, without the one that is no number',
        pointsIn(section, 'Convergence over epochs').filter((p) => p.what === 'Org/fast, result_2.txt').map((p) => [p.x, p.y]),
        [[1, 0.5], [3, 0.83]]);
  // Of the median run of 12 minutes: staging 6 s, the first and only epoch 30 s, evaluation 12 s, the rest other.
  equal('breakdown of the fastest, %', [0, 3, 6, 9, 12].map((i) => pointsIn(section, 'Where the time of a run went')[i].toFixed(3)),
        ['0.833', '4.167', '0.000', '1.667', '93.333']);
  const scaling = [...section.querySelectorAll('.scaling tbody tr')].map((row) => row.cells[row.cells.length > 1 ? 5 : 0].textContent);
  equal('efficiencies', scaling, ['Strong scaling: global batch 64', '100.0 %', '91.7 %']);  // 22 / 12 on twice the nodes
  equal('ideal time', pointsIn(section, 'Scaling').find((p) => p.what === 'Org/fast, ideally').y, 11);

  equal('width', innerWidth >= document.documentElement.scrollWidth, true);
  dispatchEvent(new Event('beforeprint'));
  equal('unfolded for paper', [...document.querySelectorAll('details')].every((fold) => fold.open), true);
  equal('drawn for paper', section.querySelector('.chart').clientWidth, 660);
  dispatchEvent(new Event('afterprint'));
  report();
}

function runTimesAreGone(section) {
  return pointsIn(section, 'Time to solution and its runs') === null;
}
