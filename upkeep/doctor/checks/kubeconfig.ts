import type { Check } from '../check.ts'

/** Whether the API can be asked. */
export const kubeconfigCheck: Check = {
  name: 'kubeconfig',
  run: async ({ search }) => [search.api],
}
