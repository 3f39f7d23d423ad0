// node counts.mjs RESULTS_DIR EXIT_CODE EXPECTED_FILES: one line "N passed, N failed, N skipped" from the CTRF files of dotnet test
import { readdirSync, readFileSync } from 'node:fs'

const [dir, exitCode, expected] = process.argv.slice(2)
let passed = 0, failed = 0, skipped = 0, files = 0
for (const file of readdirSync(dir).filter(name => name.endsWith('.ctrf'))) {
  const summary = JSON.parse(readFileSync(`${dir}/${file}`)).results.summary
  passed += summary.passed
  failed += summary.failed + summary.other
  skipped += summary.skipped + summary.pending
  files++
}
if (files < +expected || (failed === 0 && +exitCode !== 0)) {
  console.error(`dotnet test ended with ${exitCode}, ${files} of ${expected} result files: a test process died or did not start`)
  failed++
}
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed ? 1 : 0
