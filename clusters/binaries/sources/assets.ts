import { join } from 'node:path'
import { GatehouseError } from '../../../util/errors.ts'
import { isExecutable } from '../../../util/programs.ts'
import { askVersion } from '../ask-version.ts'
import type { WantedBinary } from '../binary.ts'
import type { BinarySource, SourceAnswer } from '../source.ts'
import { satisfiesVersion } from '../versions.ts'

/**
 * A folder of the user's own. Named on the command line it must fit, or the user would get another version than the one
 * pointed at; named by the environment it is passed over, since it may be meant for another program.
 */
export function assetsSource(title: string, folder: string, isRequired: boolean): BinarySource {
  return {
    title: `${title} ${folder}`,
    async find(wanted) {
      const answer = await lookInto(folder, wanted)
      if (isRequired && 'missing' in answer) {
        throw new GatehouseError('ERR_BINARIES_MISSING', `${title} ${folder}: ${answer.missing}`, {
          hint: 'Name a folder that holds etcd and kube-apiserver, and its version by --kubernetes-version.',
        })
      }
      return answer
    },
  }
}

async function lookInto(folder: string, { name, version, kubernetes }: WantedBinary): Promise<SourceAnswer> {
  const path = join(folder, name)
  if (!(await isExecutable(path))) return { missing: `holds no program ${name}` }
  const actual = await askVersion(path, name)
  if (actual === undefined) return { missing: `${name} does not say its version` }
  if (kubernetes !== undefined && !satisfiesVersion(actual, kubernetes)) {
    return { missing: `${name} is ${actual}, not ${kubernetes.isExact ? version : kubernetes.minor}` }
  }
  return { path, version: actual }
}
