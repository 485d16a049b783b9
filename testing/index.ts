/** `kube-gatehouse/testing`: clusters that live as long as a test. */
export type { PoliciesOptions } from './configurable-cluster.ts'
export { KindCluster, StartedKindCluster } from './kind-cluster.ts'
export { LocalCluster, StartedLocalCluster } from './local-cluster.ts'
export type { Policies } from './policies-folder.ts'
export { StartedCluster } from './started-cluster.ts'
