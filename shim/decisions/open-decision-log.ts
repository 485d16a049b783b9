import type { Log } from '../../util/log.ts'
import type { DecisionLogSettings } from '../shim-options.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { DecisionLog } from './decision-log.ts'
import { LineFile } from './line-file.ts'
import { createStreamSink } from './line-sink.ts'

interface Surroundings {
  readonly metrics: Metrics
  readonly log: Log
  readonly write: (text: string) => Promise<void>
}

/** The decision log that the operator asked for. A file that cannot be opened keeps no shim from starting. */
export function openDecisionLog(
  settings: DecisionLogSettings | undefined,
  { metrics, log, write }: Surroundings,
): DecisionLog | undefined {
  if (settings === undefined) return undefined
  const { path, sample } = settings
  const sink = path === undefined ? createStreamSink('standard output', write) : new LineFile(path)
  const decisions = new DecisionLog({ sink, sample, log, onDropped: (count) => metrics.recordDroppedDecisions(count) })
  // so that a wrong path is told at the start
  decisions.reopen()
  return decisions
}
