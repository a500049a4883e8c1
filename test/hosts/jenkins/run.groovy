/**
 * Runs a Jenkinsfile as Jenkins would, with stand-ins for the steps of its plugins: `sh` really runs, `checkout` says what
 * it was asked for, and each step is printed. Arguments: the Jenkinsfile, the workspace, what `checkout` returns as JSON.
 */
import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import org.codehaus.groovy.control.CompilerConfiguration

abstract class Pipeline extends Script {
  void say(String step, Object argument) {
    println("STEP ${step} ${JsonOutput.toJson(argument)}")
  }

  Map facts = [:]

  def properties(List all) { say('properties', all) }
  def buildDiscarder(Map argument) { [buildDiscarder: argument] }
  def logRotator(Map argument) { argument }
  def disableConcurrentBuilds() { 'disableConcurrentBuilds' }
  def pipelineTriggers(List all) { [pipelineTriggers: all] }
  def cron(String spec) { [cron: spec] }

  def timeout(Map argument, Closure body) { say('timeout', argument); body() }
  def node(Closure body) { say('node', [:]); body() }
  def stage(String name, Closure body) { say('stage', name); body() }
  def checkout(Map argument) { say('checkout', argument); new JsonSlurper().parse(new File(binding.checkedOut as String)) }
  def junit(Map argument) { say('junit', argument) }
  def archiveArtifacts(Map argument) { say('archiveArtifacts', argument) }

  def withEnv(List<String> all, Closure body) {
    // Jenkins takes texts, and refuses what only looks like one.
    assert all.every { it.class == String }
    say('withEnv', all)
    def before = facts
    facts = facts + all.collectEntries { def (name, value) = it.split('=', 2); [name, value] }
    try { body() } finally { facts = before }
  }

  def sh(String script) {
    say('sh', script.readLines().first())
    def file = File.createTempFile('jenkins', '.sh')
    file.text = script
    file.setExecutable(true)
    def builder = new ProcessBuilder(file.path).directory(new File(binding.workspace as String)).inheritIO()
    builder.environment().putAll(facts)
    int code
    try { code = builder.start().waitFor() } finally { file.delete() }
    if (code != 0) throw new RuntimeException("script returned exit code ${code}")
  }
}

def (jenkinsfile, workspace, checkedOut) = args
def binding = new Binding([
  workspace: workspace,
  checkedOut: checkedOut,
  scm: [
    branches: [[name: 'feature/x']],
    extensions: [],
    userRemoteConfigs: [[url: 'https://git.example.org/app.git', credentialsId: 'robot', refspec: '+refs/heads/feature/x:refs/remotes/origin/feature/x']],
  ],
  currentBuild: [buildCauses: [[_class: 'jenkins.branch.BranchEventCause'], [_class: 'hudson.model.Cause$UserIdCause']]],
])
def configuration = new CompilerConfiguration(scriptBaseClass: Pipeline.name)
try {
  new GroovyShell(Pipeline.classLoader, binding, configuration).evaluate(new File(jenkinsfile))
} catch (RuntimeException error) {
  println("FAILED ${error.message}")
  System.exit(1)
}
