import { type Case, type CaseOptions, caseExperiment } from './cases.ts'
import type { Experiment } from './experiment.ts'
import { onePolicyGoals } from './goals.ts'
import { benchPod } from './objects.ts'
import { choosePolicy } from './policies.ts'

/** One sample policy on every path. */
export function onePolicy(name: string, options: CaseOptions = { inProcess: false }): Experiment {
  const cases: Case[] = [
    {
      id: name,
      policy: choosePolicy(name),
      suffix: '',
      words: '',
      objectOf: (row) => benchPod(row),
      without: [],
      goals: onePolicyGoals('shim'),
    },
  ]
  return caseExperiment(name, cases, options)
}
