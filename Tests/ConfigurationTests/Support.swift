import AgentCore
import Configuration
import LinuxSystem
import TestSupport

/// Loads a configuration of that text.
func load(_ text: String) throws(ConfigurationErrors) -> LoadedConfiguration {
  let folder = TemporaryFolder()
  defer { withExtendedLifetime(folder) {} }
  return try ConfigurationLoader.load(path: folder.write("one4alld.conf", text))
}

/// What is wrong with a configuration of that text, each with the folder left out: `one4alld.conf:LINE: …`.
func problems(_ text: String) -> [String] {
  let folder = TemporaryFolder()
  defer { withExtendedLifetime(folder) {} }
  return problems(at: folder.write("one4alld.conf", text), in: folder)
}

/// What is wrong with the configuration at that path, with the folder left out.
func problems(at path: String, in folder: TemporaryFolder) -> [String] {
  do throws(ConfigurationErrors) {
    _ = try ConfigurationLoader.load(path: path)
    return []
  } catch {
    return error.problems.map { $0.description.replacing("\(folder.path)/", with: "") }
  }
}
