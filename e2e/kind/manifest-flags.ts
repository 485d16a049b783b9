import { GatehouseError } from '../../util/errors.ts'

/** Where kubeadm's manifest names the program, before its flags. */
const PROGRAM = /^( *)- kube-apiserver\n/m

/** Adds flags to kubeadm's manifest of an API server, as lines of their own: nothing else of it changes. */
export function addFlags(manifest: string, flags: readonly string[]): string {
  const [program, indent = ''] = PROGRAM.exec(manifest) ?? []
  if (program === undefined) {
    throw new GatehouseError('ERR_E2E_UNEXPECTED', 'the manifest of the API server has no line "- kube-apiserver"')
  }
  return manifest.replace(program, () => program + flags.map((flag) => toLine(indent, flag)).join(''))
}

/** Takes them out again, of the manifest as it is now. */
export function removeFlags(manifest: string, flags: readonly string[]): string {
  const [, indent = ''] = PROGRAM.exec(manifest) ?? []
  return flags.reduce((text, flag) => text.replace(toLine(indent, flag), ''), manifest)
}

// what JSON quotes is quoted for YAML
function toLine(indent: string, flag: string): string {
  return `${indent}- ${JSON.stringify(flag)}\n`
}
