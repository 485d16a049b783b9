import { parse, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'

const LIGHT = { text: '#24292f', lines: '#d0d7de' }
const DARK = { text: '#e6edf3', lines: '#3d444d' }
// told apart on white and on black alike
const SERIES = ['#2f81f7', '#d9730d', '#2da44e', '#a475f9', '#e5534b', '#1b9e9e', '#b08800', '#d55b9f']

/** Draws a plot as SVG that follows the reader's colour scheme: nothing but the colours differs. */
export async function draw(spec: TopLevelSpec): Promise<string> {
  const axis = { labelColor: LIGHT.text, titleColor: LIGHT.text, gridColor: LIGHT.lines, domainColor: LIGHT.lines }
  const config = {
    axis: { ...axis, tickColor: LIGHT.lines },
    legend: { labelColor: LIGHT.text, titleColor: LIGHT.text },
    title: { color: LIGHT.text },
    range: { category: SERIES },
    view: { stroke: null },
  }
  const view = new View(parse(compile({ ...spec, background: 'transparent', config }).spec), { renderer: 'none' })
  const svg = await view.toSVG()
  view.finalize()
  return svg.replace('>', `><style>${darkStyle()}</style>`)
}

function darkStyle(): string {
  const rules = (['text', 'lines'] as const).flatMap((part) =>
    (['fill', 'stroke'] as const).map((kind) => `[${kind}="${LIGHT[part]}"]{${kind}:${DARK[part]}}`),
  )
  return `@media (prefers-color-scheme:dark){${rules.join('')}}`
}
