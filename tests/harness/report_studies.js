{
  const [strong, weak] = document.querySelectorAll('section');
  const cells = (table, heading) => {
    const headings = [...table.querySelectorAll('thead th')].map((th) => th.textContent);
    return [...table.tBodies[0].rows].map((row) => row.cells[headings.indexOf(heading)].textContent);
  };
  const [scaling, sideBySide, pop] = strong.querySelectorAll('table');
  const sorted = (table, heading) => [...table.querySelectorAll('thead button')].find((b) => b.textContent === heading).click();

  equal('heading', document.getElementById('heading').textContent, 'Scaling studies side by side');
  equal('families', [...document.querySelectorAll('h2')].map((h) => h.textContent),
        ['cosmoflow in float32, strong scaling: global batch 4 of 32×32×32', 'cosmoflow in float32, weak scaling: 2 samples a rank of 32×32×32']);
  // No such sign stands in this script itself, where it would do the harm that it mustn't do as data.
  const hostile = '\x3c/script>\x3cscript>hacked = 1\x3c/script>\x3cimg src=x onerror="hacked = 1">\x3c!--\x3cscript> \'&quot; ';
  equal('systems', [...new Set(cells(scaling, 'system'))], ['North', hostile]);
  equal('scripts run from a text', typeof hacked, 'undefined');
  equal('images', document.images.length, 0);
  equal('scripts', document.scripts.length, 4);
  equal('other files', performance.getEntriesByType('resource').length, 0);

  // The sample study: 1 s on a core; on two 0.625 s whole, 0.5 s in slabs or threads; 0.3125 s on four.
  const points = ['1x1 whole', '1x2 whole', '2x1 whole', '2x1 2x1', '4x1 whole', '4x1 2x1', '4x1 4x1'];
  equal('points', cells(scaling, 'ranks x threads, split'), [...points, ...points]);
  equal('efficiencies', cells(scaling, 'efficiency').slice(0, 7), ['100.0 %', '100.0 %', '80.0 %', '100.0 %', '80.0 %', '–', '–']);
  equal('speed-ups', cells(scaling, 'speed-up').slice(0, 7), ['1', '2', '1.6', '2', '3.2', '–', '–']);
  equal('repeats', cells(scaling, 'of repeats, %').slice(2, 3), ['64.0 – 106.7']);
  equal('predictions', cells(scaling, 'model error').slice(0, 5), ['+0.0 %', '–', '−20.0 %', '–', '−20.0 %']);
  equal('states', cells(scaling, 'state').slice(4, 7), ['measured, cycled samples', 'not ended yet', 'failed']);
  equal('failure', strong.querySelector('.failures li').textContent, 'North, strong-4-4 (4x1 4x1) failed: exit code 3: out of memory');
  equal('side by side', cells(sideBySide, 'over North'), ['1', '1', '1', '1', '1', '1']);
  equal('load balance', cells(pop, 'load balance').slice(0, 3), ['1.000', '1.000', '0.875']);
  equal('serialisation, where it was observed', cells(pop, 'serialisation').slice(0, 3), ['–', '–', '0.889']);
  equal('transfer', cells(pop, 'transfer').slice(2, 3), ['0.900']);
  equal('hybrid', cells(pop, 'hybrid').slice(0, 2), ['–', '0.650']);
  equal('node-hours', cells(weak.querySelector('table'), 'node-hours'), ['–', '0.5', '–', '0.5']);
  sorted(scaling, 'ms a step');
  equal('steps, sorted', cells(scaling, 'ms a step').slice(0, 3), ['313', '313', '500']);
  sorted(scaling, 'ms a step');
  equal('steps, descending, with failed points below', cells(scaling, 'ms a step').filter((t, i) => i === 0 || i > 11), ['1000', '–', '–']);

  const named = (chart, part) => pointsIn(strong, chart).filter((p) => p.what.includes('North') && p.what.includes(part)).map((p) => [p.x, p.y]);
  equal('speed-ups drawn', named('Speed-up', 'whole samples, 1 thread'), [[1, 1], [2, 1.6], [4, 3.2]]);
  equal('ideal', pointsIn(strong, 'Speed-up').filter((p) => p.what === 'ideal').map((p) => [p.x, p.y]), [[1, 1], [4, 4]]);
  equal('spread', named('Efficiency', '2x1, of repeats').slice(0, 2).map(([x, y]) => [x, y.toFixed(1)]), [[2, '64.0'], [2, '106.7']]);
  equal('prediction, also where a point failed', named('Time of a step', 'predicted'), [[1, 1000], [2, 500], [4, 250], [4, 312.5]]);
  // Rows by cores, those of North first: compute, exchange, reduction, input and rest of 0.5 s with two threads.
  const breakdown = pointsIn(strong, 'Where the time of a step went'), rows = breakdown.length / 5;
  equal('breakdown of the hybrid point, %', [0, 1, 2, 3, 4].map((part) => breakdown[part * rows + 4].toFixed(1)), ['80.0', '0.0', '0.0', '10.0', '10.0']);
  equal('splits on two cores', pointsIn(strong, 'Splits at one size').slice(0, 3), [6.4, 8, 8]);
  equal('no target of strong scaling', pointsIn(strong, 'Time to the target'), null);
  equal('minutes to the target', pointsIn(weak, 'Time to the target').map((p) => [p.x, p.y]), [[2, 30], [2, 30]]);
  strong.querySelector('.key input').click();
  equal('without the line that was unticked', named('Speed-up', 'whole samples, 1 thread'), []);

  equal('width', innerWidth >= document.documentElement.scrollWidth, true);
  dispatchEvent(new Event('beforeprint'));
  equal('drawn for paper', strong.querySelector('.chart').clientWidth, 660);
  dispatchEvent(new Event('afterprint'));
  report();
}
