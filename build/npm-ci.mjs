// npm ci in the current folder, unless another process has just done it while this one waited for the lock.
// node npm-ci.mjs [file that must be there afterwards]: npm leaves out an optional package that it could not fetch without an error.
import { execSync } from 'node:child_process'
import { existsSync, statSync, writeFileSync } from 'node:fs'

const modified = file => { try { return statSync(file).mtimeMs } catch { return 0 } }
const [must] = process.argv.slice(2)
const stamp = 'node_modules/.stamp'
if (modified(stamp) > Math.max(modified('package.json'), modified('package-lock.json'))) process.exit(0)
try {
  execSync('npm ci --no-audit --no-fund --loglevel=error', { stdio: 'inherit' })
} catch {
  process.exit(1)
}
if (must && !existsSync(must)) {
  console.error(`error : npm ci in ${process.cwd()} did not bring ${must}: no network, or no package for this platform`)
  process.exit(1)
}
writeFileSync(stamp, '')
