import { join, resolve } from 'node:path'
import { ADMISSION_CONFIGURATION_FILE, EGRESS_SELECTOR_FILE } from '../../clusters/manifests.ts'

/** What is left to do by hand: the flags of an API server that somebody else starts. */
export function describeFlags(folder: string | undefined): string {
  const fileIn = (name: string) => (folder === undefined ? '…' : join(resolve(folder), name))
  return [
    '\nTake these flags out of kube-apiserver, and restart it, before a downgrade and before the shim goes for good:\n',
    `  --egress-selector-config-file=${fileIn(EGRESS_SELECTOR_FILE)}\n`,
    "      or every webhook with a URL, other people's too, goes to a socket that nobody answers\n",
    `  --admission-control-config-file=${fileIn(ADMISSION_CONFIGURATION_FILE)}\n`,
    '      or it needs the folders of static manifests; below 1.36, and with the gate off, it does not start with them\n',
    '  --feature-gates=ManifestBasedAdmissionControlConfig=true\n',
    '      which 1.36 needed, and 1.35 does not know\n',
    'Where these files were merged with files of your own, name your own again. Then remove the folder and the shim.\n',
  ].join('')
}
