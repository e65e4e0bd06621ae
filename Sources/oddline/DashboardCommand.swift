import ArgumentParser

struct DashboardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "dashboard", abstract: "Opens the dashboard (the default).")
    @OptionGroup var data: DataOptions
    func run() async throws { print("soon") }
}
