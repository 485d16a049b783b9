import t from 'tap'
import { readLoadedHash } from '../../../clusters/webhooks/wait-static-in-force.ts'

const NAME = 'apiserver_manifest_admission_config_controller_last_config_info'
const METRICS = `# HELP ${NAME} Information
${NAME}{apiserver_id_hash="sha256:1",hash="sha256:2",plugin="MutatingAdmissionWebhook"} 1
${NAME}{apiserver_id_hash="sha256:1",hash="",plugin="ValidatingAdmissionWebhook"} 1
`

t.test('the hash is read for each plugin, and is not the one of the API server', async (t) => {
  t.equal(readLoadedHash(METRICS, 'MutatingAdmissionWebhook'), 'sha256:2')
  t.equal(readLoadedHash(METRICS, 'ValidatingAdmissionWebhook'), '', 'an empty folder')
  t.equal(readLoadedHash(METRICS, 'ValidatingAdmissionPolicy'), undefined)
})
