/**
 * The wrapper for Jenkins: a scripted Pipeline, which is plain Groovy, for multibranch projects and for single ones whose
 * definition comes from the repository.
 */
import { fetchWeir, indented, wholeRun } from "./script.ts";
import { inSource, stamped, timeoutMinutes, type WrapperInput } from "./wrapper.ts";

export function jenkinsWrapper(input: WrapperInput): string {
  const { pin, source } = input;
  return stamped(
    "jenkins",
    input,
    "//",
    `// Everything that a rule could be about starts it; which rules hold is Weir's to say.
properties([
    buildDiscarder(logRotator(numToKeepStr: '50')),
    // Two builds of one branch never deliver at once.
    disableConcurrentBuilds(),
    pipelineTriggers([cron('H 3 * * *')]),
])

timeout(time: ${String(timeoutMinutes)}, unit: 'MINUTES') {
    node {
        def git = [:]
        stage('Check out') {
            // All branches, and all of their history: what changed is measured from where the branch began.
            git = checkout([
                $class: 'GitSCM',
                branches: scm.branches,
                extensions: scm.extensions + [[$class: 'CloneOption', shallow: false, noTags: true, honorRefspec: true]],
                userRemoteConfigs: scm.userRemoteConfigs.collect { remote ->
                    [
                        name: 'origin',
                        url: remote.url,
                        credentialsId: remote.credentialsId,
                        refspec: "\${remote.refspec ?: ''} +refs/heads/*:refs/remotes/origin/*".trim(),
                    ]
                },
            ]) ?: [:]
        }
        stage('Weir') {
            def facts = ['GIT_COMMIT', 'GIT_BRANCH'].findAll { git[it] }.collect { "\${it}=\${git[it]}".toString() }
            // Jenkins has no variable for what started a build.
            def causes = currentBuild.buildCauses.collect { it._class }.join(',')
            withEnv(facts + [
                "WEIR_JENKINS_CAUSES=\${causes}".toString(),
                'WEIR_REPOSITORY=${pin.repository}',
                'WEIR_COMMIT=${pin.commit}',
                'WEIR_SOURCE=${source}',
            ]) {
                try {
                    sh '''#!/bin/sh
set -eu
rm -rf "$WEIR_SOURCE/.weir/runs"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
weir="$folder/weir"
${indented([...fetchWeir, ...wholeRun("jenkins")], 0)}
'''
                } finally {
                    archiveArtifacts(artifacts: '${inSource(input, ".weir/runs/**")}', allowEmptyArchive: true)
                    junit(testResults: '${inSource(input, ".weir/runs/*/junit.xml")}', allowEmptyResults: true)
                }
            }
        }
    }
}
`,
  );
}
