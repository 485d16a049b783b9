import { caseExperiment } from './cases.ts'
import type { Experiment } from './experiment.ts'
import { onePolicyGoals } from './goals.ts'
import { benchPod } from './objects.ts'
import { choosePolicy } from './policies.ts'

/** One sample policy on every path. */
export function onePolicy(name: string): Experiment {
  return caseExperiment(name, [
    {
      id: name,
      policy: choosePolicy(name),
      suffix: '',
      words: '',
      objectOf: (row) => benchPod(row),
      without: [],
      goals: onePolicyGoals('shim'),
    },
  ])
}
