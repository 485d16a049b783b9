import { GatehouseError, isGatehouseError } from '../util/errors.ts'

/** A process of a cluster that ended early or was late, as the cluster's failed start; other errors come back as they are. */
export function explainFailedProcess(error: unknown, { name }: { readonly name: string }): unknown {
  if (!isGatehouseError(error, 'ERR_PROCESS_EXITED') && !isGatehouseError(error, 'ERR_PROCESS_TIMEOUT')) return error
  return new GatehouseError('ERR_CLUSTER_START', `cluster '${name}': ${error.message}`, {
    cause: error,
    hint: `With --retain everything is kept for a look: gatehouse cluster logs --name ${name}.`,
  })
}
