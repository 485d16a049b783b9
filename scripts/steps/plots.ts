import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { draw } from '../plots/draw.ts'
import { latencyPlot, memoryPlot, profilePlot, scalingPlot } from '../plots/plots.ts'

const [folder = join('docs', 'benchmark')] = process.argv.slice(2)

const PLOTS = [
  ['one-policy.json', 'latency.svg', latencyPlot],
  ['many-policies.json', 'scaling.svg', scalingPlot],
  ['profile.json', 'profile.svg', profilePlot],
  ['memory.json', 'memory.svg', memoryPlot],
] as const

for (const [results, plot, plan] of PLOTS) {
  const file = join(folder, results)
  if (!existsSync(file)) {
    console.error(`   ${file} is not there: no ${plot}`)
    continue
  }
  writeFileSync(join(folder, plot), await draw(plan(JSON.parse(readFileSync(file, 'utf8')))))
  console.error(` ✓ ${join(folder, plot)}`)
}
