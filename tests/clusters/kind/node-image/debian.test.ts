import t from 'tap'
import { DEBIAN_PACKAGES, LEFT_OUT, listDebianFiles, mergedPath } from '../../../../clusters/kind/node-image/debian.ts'

t.test('packages that still know /bin and /lib are merged into /usr, as every Debian is', async (t) => {
  t.equal(mergedPath('bin/mount'), 'usr/bin/mount')
  t.equal(mergedPath('lib64/ld-linux-x86-64.so.2'), 'usr/lib64/ld-linux-x86-64.so.2')
  t.equal(mergedPath('usr/bin/awk'), 'usr/bin/awk')
  t.equal(mergedPath('library/x'), 'library/x')
})

t.test('a node gets what packages hold and what their installation makes, without what nothing reads', async (t) => {
  const root = t.testdir({
    bin: { mount: 'a program', umount: t.fixture('symlink', 'mount') },
    usr: {
      lib: { cni: { ptp: 'kept', sbr: 'not' }, systemd: { 'containerd.service': 'not' } },
      share: {
        doc: { mount: { copyright: 'not' } },
        'ca-certificates': { mozilla: { 'b.crt': 'B\n', 'a.crt': 'A\n\n' } },
      },
    },
  })
  const files = new Map((await listDebianFiles(root)).map((file) => [file.path, file]))
  t.match(files.get('usr/bin/mount'), { from: `${root}/bin/mount` })
  t.same(files.get('usr/bin/umount'), { path: 'usr/bin/umount', linkTo: 'mount' })
  t.same(files.get('bin'), { path: 'bin', linkTo: 'usr/bin' })
  t.same(files.get('usr/bin/sh'), { path: 'usr/bin/sh', linkTo: 'bash' })
  t.match(files.get('usr/sbin/iptables-restore'), { linkTo: 'xtables-nft-multi' })
  t.match(files.get('etc/ssl/certs/ca-certificates.crt'), { text: 'A\nB\n' })
  t.ok(files.has('usr/lib/cni/ptp'))
  const absent = ['usr/lib/cni/sbr', 'usr/lib/systemd/containerd.service', 'usr/share/doc/mount/copyright', 'bin/mount']
  for (const path of absent) t.notOk(files.has(path), path)
})

t.test('nothing that is asked for is left out', async (t) => {
  t.same(
    DEBIAN_PACKAGES.filter((name) => LEFT_OUT.includes(name)),
    [],
  )
})
