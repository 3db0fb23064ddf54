// Draws a chart from the numbers of the table beside it, so that the two can never disagree. A page writes
//
//   <ChartFigure Kind="line" Label="@T["…"]" Csv="/desk/flow/days.csv"> <table>…</table> </ChartFigure>
//
// and puts what the chart needs on the table itself. The first column names the rows; every other column is a series:
//
//   <th scope="col" data-color="leaf">       a colour of tokens.css: leaf, sun, sky, go, stop, ink-2
//   <th scope="col" data-draw="none">        in the table only; "line", "bar" or "area" differ from the figure's kind;
//                                            "low" and "high", in this order, draw the band between two columns
//   <td data-value="1240.5">1,240.5</td>     the number; the text is what the tooltip shows. data-value="" is a gap
//
// Kinds: "line", "bar", "stacked" (bars on bars), "across" (bars from left to right, for names that need room) and
// "across stacked".
// A row with data-draw="none", and everything in <tfoot>, stays out of the chart. Nothing moves: motion confirms money.

const dark = matchMedia('(prefers-color-scheme: dark)');
const narrow = matchMedia('(max-width: 600px)');

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function valueOf(cell) {
  const written = cell.dataset.value ?? cell.textContent.replaceAll(',', '').trim();
  return written === '' || Number.isNaN(Number(written)) ? null : Number(written);
}

/** What the table says: names of the rows, and per column its name, colour, way of drawing, numbers and texts. */
function readTable(table) {
  const rows = [...table.tBodies].flatMap(body => [...body.rows]).filter(row => row.dataset.draw !== 'none');
  const [, ...heads] = table.tHead.rows[table.tHead.rows.length - 1].cells;
  return {
    names: rows.map(row => row.cells[0].dataset.name ?? row.cells[0].textContent.trim()),
    columns: heads.map((head, index) => ({
      name: head.dataset.name ?? head.textContent.trim(),
      color: head.dataset.color ?? 'leaf',
      draw: head.dataset.draw,
      values: rows.map(row => valueOf(row.cells[index + 1])),
      texts: rows.map(row => row.cells[index + 1].textContent.trim()),
    })).filter(column => column.draw !== 'none'),
  };
}

/** A band is drawn as an invisible line with the difference stacked on it. */
function bandOf(low, high) {
  const shared = { type: 'line', stack: `band ${low.name}`, symbol: 'none', silent: true, lineStyle: { opacity: 0 } };
  const spread = high.values.map((value, i) => value === null || low.values[i] === null ? null : value - low.values[i]);
  return [
    { ...shared, name: low.name, data: low.values },
    { ...shared, name: high.name, data: spread, areaStyle: { color: token(high.color), opacity: 0.18 } },
  ];
}

function seriesOf(column, kind) {
  const color = token(column.color);
  const draw = column.draw ?? (kind === 'line' ? 'line' : 'bar');
  if (draw === 'bar') {
    return {
      type: 'bar', name: column.name, data: column.values, itemStyle: { color, borderRadius: kind.includes('stacked') ? 0 : 2 },
      barMaxWidth: 28, stack: kind.includes('stacked') ? 'all' : undefined,
    };
  }
  return {
    type: 'line', name: column.name, data: column.values, color, lineStyle: { width: 2.5 }, symbolSize: 5,
    showSymbol: column.values.length < 16, areaStyle: draw === 'area' ? { color, opacity: 0.18 } : undefined,
  };
}

function allSeries(columns, kind) {
  return columns.flatMap((column, index) => {
    if (column.draw === 'low') return bandOf(column, columns[index + 1]);
    return column.draw === 'high' ? [] : [seriesOf(column, kind)];
  });
}

/** How many lines the names above a chart take, so that it begins below them. */
function legendLines(names, font, width) {
  const pen = document.createElement('canvas').getContext('2d');
  pen.font = `13px ${font}`;
  let [lines, used] = [1, 0];
  for (const name of names) {
    const needed = 14 + 5 + pen.measureText(name).width + 10;
    if (used > 0 && used + needed > width) [lines, used] = [lines + 1, 0];
    used += needed;
  }
  return lines;
}

function optionOf({ names, columns }, kind, width) {
  const [ink, quiet, line, card] = ['ink', 'ink-2', 'line', 'card'].map(token);
  const font = getComputedStyle(document.body).fontFamily;
  const short = new Intl.NumberFormat(document.documentElement.lang, { notation: 'compact', maximumFractionDigits: 1 });
  const label = { color: quiet, fontFamily: font, fontSize: 12, hideOverlap: true };
  const drawn = columns.filter(column => column.draw !== 'low' && column.draw !== 'high');
  const rows = { type: 'category', data: names, axisLabel: label, axisTick: { show: false },
    axisLine: { lineStyle: { color: line } }, inverse: kind.includes('across') };
  const isWhole = columns.every(column => column.values.every(value => Number.isInteger(value ?? 0)));
  const amounts = { type: 'value', minInterval: isWhole ? 1 : 0, axisLabel: { ...label, formatter: value => short.format(value) },
    splitLine: { lineStyle: { color: line } }, splitNumber: narrow.matches ? 3 : 5 };
  return {
    animation: false,
    textStyle: { fontFamily: font },
    grid: { left: 4, right: 12, top: drawn.length > 1 ? 10 + 24 * legendLines(drawn.map(column => column.name), font, width) : 12, bottom: 2, outerBoundsMode: 'same' },
    legend: { show: drawn.length > 1, left: 0, top: 0, itemWidth: 14, itemHeight: 10, icon: 'roundRect',
      textStyle: { color: ink, fontFamily: font, fontSize: 13 }, data: drawn.map(column => column.name),
      selectedMode: false },
    tooltip: {
      trigger: 'axis', renderMode: 'richText', confine: true, backgroundColor: card, borderColor: line,
      textStyle: { color: ink, fontFamily: font, fontSize: 13, lineHeight: 20 },
      axisPointer: { type: kind === 'line' ? 'line' : 'shadow' },
      formatter: hits => [names[hits[0].dataIndex],
        ...columns.map(column => `${column.name}  ${column.texts[hits[0].dataIndex]}`)].join('\n'),
    },
    xAxis: kind.includes('across') ? amounts : rows,
    yAxis: kind.includes('across') ? rows : amounts,
    series: allSeries(columns, kind),
  };
}

async function draw(figure, numbers) {
  const picture = figure.querySelector('.chart-picture');
  const table = figure.querySelector('table');
  const kind = figure.dataset.chart;
  const content = readTable(table);
  if (content.names.length === 0) {
    picture.hidden = true;
    numbers.open = true;
    figure.dataset.drawn = 'nothing';
    return;
  }

  if (kind.includes('across')) picture.style.height = `${Math.max(120, content.names.length * 28 + 60)}px`;
  await import(figure.dataset.echarts); // A classic script: it leaves its name on globalThis.
  const chart = globalThis.echarts.init(picture, null, { renderer: 'canvas' });
  const show = () => chart.setOption(optionOf(content, kind, picture.clientWidth), true);
  show();
  dark.addEventListener('change', show);
  narrow.addEventListener('change', show);
  new ResizeObserver(() => { chart.resize(); show(); }).observe(picture);
  figure.dataset.drawn = 'yes';
}

for (const figure of document.querySelectorAll('figure[data-chart]')) {
  const numbers = figure.querySelector('details');
  if (!('stay' in numbers.dataset)) numbers.open = false;
  draw(figure, numbers).catch(error => {
    // The table is the chart's twin: without the chart it stands open in its place.
    figure.querySelector('.chart-picture').hidden = true;
    numbers.open = true;
    console.error('The chart could not be drawn; its table stays open.', error);
  });
}
