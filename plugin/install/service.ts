import { head, INSTALL_NAME, POD_LABELS } from './head.ts'

/** Where the API servers ask. */
export function service(namespace: string) {
  return {
    ...head('v1', 'Service', { name: INSTALL_NAME, namespace }),
    spec: { selector: POD_LABELS, ports: [{ name: 'https', port: 443, targetPort: 'https', protocol: 'TCP' }] },
  }
}

/** The name that the API server verifies. */
export function serviceHost(namespace: string): string {
  return `${INSTALL_NAME}.${namespace}.svc`
}
