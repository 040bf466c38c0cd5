{
  const [cosmoflow, deepcam] = document.querySelectorAll('section');
  equal('systems', [rowsOf(cosmoflow).length, rowsOf(deepcam).length], [12, 3]);
  // The published table of round v0.7, but for RIKEN's, which its logs don't give.
  equal('minutes of cosmoflow', columnOf(cosmoflow, 'minutes'),
        ['13.21', '30.07', '34.42', '101.49', '249.35', '265.59', '327.01', '364.73', '419.69', '461.01', '536.06', '602.23']);
  equal('minutes of deepcam', columnOf(deepcam, 'minutes'), ['10.49', '11.71', '139.29']);
  equal('divisions of deepcam', columnOf(deepcam, 'division'), ['open', 'closed', 'closed']);
  filter(cosmoflow, 'open');
  equal('in the open division', columnOf(cosmoflow, 'minutes'), ['13.21', '30.07', '419.69']);
  filter(cosmoflow, '');
  // 120 runs, of which one has no run_stop, and twelve times to solution.
  equal('runs drawn', pointsIn(cosmoflow, 'Time to solution and its runs').length, 131);
  equal('all charts drawn', [...document.querySelectorAll('figure canvas')].filter((c) => Chart.getChart(c)).length, 10);
  const scaled = [...cosmoflow.querySelectorAll('.scaling tbody tr')].map((row) => row.cells[0].textContent);
  equal('systems at two sizes', scaled.length, 8);
  equal('the first of them', scaled.slice(0, 2), ['CSCS/daint_gpu_n128_tf2.2.0', 'CSCS/daint_gpu_n256_tf2.2.0']);
  report();
}
