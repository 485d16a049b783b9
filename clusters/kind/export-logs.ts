import { makeFolder } from '../../util/make-folder.ts'
import { KindCommand } from './kind-command.ts'
import { engineOf } from './node.ts'
import type { KindRecord } from './record.ts'

/** Writes into the folder what `kind export logs` gathers. */
export async function exportLogs(record: KindRecord, folder: string): Promise<void> {
  await makeFolder(folder)
  const kind = new KindCommand(record.state.kind, engineOf(record))
  await kind.run(['export', 'logs', folder, `--name=${record.layout.name}`])
}
