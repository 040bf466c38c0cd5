{
  const main = document.querySelector('main');
  const hostile = '\x3c/script>\x3cscript>hacked = 1\x3c/script>\x3cimg src=x onerror="hacked = 1">\x3c!--\x3cscript> &quot; ';
  equal('scripts run from a text', typeof hacked, 'undefined');
  equal('images', document.images.length, 0);
  equal('scripts', document.scripts.length, 4);
  equal('other files', performance.getEntriesByType('resource').length, 0);

  // Of 1, 2 and 3 the second goes on to 3 epochs, as 3 diverged; 4 and 5 are trained for as many at once.
  equal('trials by rank', columnOf(main, 'trial'), ['5', '4', '2', '1', '3']);
  equal('brackets', columnOf(main, 'bracket'), ['2', '2', '1', '1', '1']);
  equal('epochs', columnOf(main, 'epochs'), ['3', '3', '3', '1', '0']);
  equal('metrics', columnOf(main, 'MAE'), ['0.0667', '0.0833', '0.1667', '1.0000', '–']);
  equal('states', columnOf(main, 'state'), ['trained', 'trained', 'trained', 'trained', 'diverged']);
  equal('seconds', columnOf(main, 'seconds'), ['4.5', '4.5', '4.5', '1.5', '0.0']);
  equal('texts', [...new Set(columnOf(main, 'mlperf.platform'))], [hostile]);
  press(main, 'trial');
  equal('sorted by number', columnOf(main, 'trial'), ['1', '2', '3', '4', '5']);
  equal('brackets told', [...main.querySelectorAll('.key li')].map((item) => item.textContent),
        ['bracket 1: 3 to epoch 1, 1 to epoch 3', 'bracket 2: 2 to epoch 3']);

  const learned = pointsIn(main, 'How the trials learned').filter((point) => point.what.startsWith('trial 2,'));
  equal('how one learned', learned.map((point) => [point.x, point.y]), [[1, 0.5], [2, 0.25], [3, 0.166666667]]);
  equal('points of a setting', pointsIn(main, 'model.conv_size').length, 5);
  const axis = (key) => Chart.getChart([...main.querySelectorAll('figure')].find((f) => f.querySelector('strong').textContent === key)
                                           .querySelector('canvas')).scales.x.type;
  equal('axes', ['lr_schedule.lr', 'model.conv_size', 'mlperf.platform'].map(axis), ['logarithmic', 'linear', 'category']);

  equal('width', innerWidth >= document.documentElement.scrollWidth, true);
  dispatchEvent(new Event('beforeprint'));
  equal('drawn for paper', main.querySelector('.chart').clientWidth, 660);
  dispatchEvent(new Event('afterprint'));
  report();
}
