import { readFile } from 'node:fs/promises'
import { InvalidArgumentError } from 'commander'
import { GatehouseError } from '../../../util/errors.ts'
import type { AddCommand } from '../../command.ts'
import { findCluster, nameOption } from './shared.ts'

const EXAMPLES = `
Examples:
  gatehouse cluster kubeconfig > kubeconfig
  gatehouse cluster kubeconfig --api-server 2
  export KUBECONFIG="$(gatehouse cluster kubeconfig --path)"
`

interface KubeconfigFlags {
  readonly name: string
  readonly apiServer: number
  readonly path: boolean
}

export const addKubeconfigCommand: AddCommand = (cluster, { io }) => {
  cluster
    .command('kubeconfig')
    .description("Print the admin's kubeconfig.")
    .addOption(nameOption())
    .option('--api-server <number>', 'the API server that it leads to', parseNumber, 1)
    .option('--path', "print the file's path instead", false)
    .addHelpText('after', EXAMPLES)
    .action(async ({ name, apiServer, path }: KubeconfigFlags) => {
      const { members } = await findCluster(name)
      const member = members[apiServer - 1]
      if (member === undefined) {
        throw new GatehouseError('ERR_CLI_USAGE', `cluster '${name}' has no API server ${apiServer}`, {
          hint: `Choose a number from 1 to ${members.length}.`,
        })
      }
      io.out(path ? `${member.kubeconfig}\n` : await readFile(member.kubeconfig, 'utf8'))
    })
}

function parseNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('Write a number from 1.')
  return Number(text)
}
