import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { draw } from '../plots/draw.ts'
import { latencyPlot, memoryPlot, scalingPlot } from '../plots/plots.ts'

const FOLDER = join('docs', 'benchmark')

const PLOTS = [
  ['one-policy.json', 'latency.svg', latencyPlot],
  ['many-policies.json', 'scaling.svg', scalingPlot],
  ['memory.json', 'memory.svg', memoryPlot],
] as const

for (const [results, plot, plan] of PLOTS) {
  const file = join(FOLDER, results)
  if (!existsSync(file)) {
    console.error(`   ${file} is not there: no ${plot}`)
    continue
  }
  writeFileSync(join(FOLDER, plot), await draw(plan(JSON.parse(readFileSync(file, 'utf8')))))
  console.error(` ✓ ${join(FOLDER, plot)}`)
}
