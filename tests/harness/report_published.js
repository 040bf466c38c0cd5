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
  equal('all charts drawn', [...document.querySelectorAll('figure canvas')].filter((c) => Chart.getChart(c)).length, 12);
  const scaled = [...cosmoflow.querySelectorAll('.scaling tbody tr')].map((row) => row.cells[0].textContent);
  // RIKEN's Fugaku and Fujitsu's are joined: 512 and 8,192 nodes have one global batch, 16,384 have another.
  equal('systems at two sizes', scaled.filter((text) => text.includes('scaling')),
        ['Weak scaling: batch 2 a unit', 'Strong scaling: global batch 512', 'Weak scaling: batch 1 a unit', 'Weak scaling: batch 1 a unit']);
  equal('the first of them', scaled.slice(1, 3), ['CSCS/daint_gpu_n128_tf2.2.0', 'CSCS/daint_gpu_n256_tf2.2.0']);
  equal('efficiencies in samples a second', [...cosmoflow.querySelectorAll('.scaling tbody td:last-child')].map((cell) => cell.textContent),
        ['100.0 %', '105.6 %', '100.0 %', '16.6 %', '100.0 %', '64.1 %', '100.0 %', '91.1 %']);
  equal('without an efficiency', [...cosmoflow.querySelectorAll('li')].filter((li) => li.textContent.includes('16384') && li.textContent.includes('no efficiency')).length, 1);
  report();
}
