import t from 'tap'
import { selectingNamespace } from '../../../shim/namespaces/selecting-namespace.ts'

const SELECTOR = { matchLabels: { a: 'b' } }
const PODS = { group: '', version: 'v1', resource: 'pods' }
const NAMESPACES = { group: '', version: 'v1', resource: 'namespaces' }

function request(operation: string, resource: typeof PODS, rest: object = {}) {
  return { operation, resource, kind: { group: '', version: 'v1', kind: 'Any' }, ...rest }
}

t.test('an object in a namespace is selected by the labels of the namespace', async (t) => {
  t.equal(selectingNamespace(request('CREATE', PODS, { namespace: 'n' }), [undefined, SELECTOR]), 'n')
})

t.test('nobody is asked for selectors that select everything', async (t) => {
  t.equal(
    selectingNamespace(request('CREATE', PODS, { namespace: 'n' }), [undefined, {}, { matchLabels: {} }]),
    undefined,
  )
})

t.test('an object of the cluster is selected always', async (t) => {
  t.equal(selectingNamespace(request('CREATE', { ...PODS, resource: 'nodes' }), [SELECTOR]), undefined)
})

t.test(
  'a Namespace that is written brings its labels along; one that is deleted, or has its status written, does not',
  async (t) => {
    for (const operation of ['CREATE', 'UPDATE'])
      t.equal(selectingNamespace(request(operation, NAMESPACES, { namespace: 'n', name: 'n' }), [SELECTOR]), undefined)
    t.equal(selectingNamespace(request('DELETE', NAMESPACES, { namespace: 'n', name: 'n' }), [SELECTOR]), 'n')
    const status = request('UPDATE', NAMESPACES, { namespace: 'n', name: 'n', subResource: 'status' })
    t.equal(selectingNamespace(status, [SELECTOR]), 'n')
  },
)
