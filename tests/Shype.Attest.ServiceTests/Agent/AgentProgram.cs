namespace Shype.Attest.ServiceTests.Agent;

/// <summary>The agent that tests start: the one they were built with, or the one that SHYPE_AGENT names, which test.sh sets to the native build.</summary>
internal static class AgentProgram
{
    /// <summary>The program and what stands before its own arguments.</summary>
    public static IReadOnlyList<string> Command { get; } = Environment.GetEnvironmentVariable("SHYPE_AGENT") is { Length: > 0 } native
        ? [native]
        : ["dotnet", Path.Combine(AppContext.BaseDirectory, "shype-agent.dll")];
}
