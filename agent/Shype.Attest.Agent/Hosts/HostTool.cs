using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Agent.Hosts;

/// <summary>
/// Runs a tool of the host: by its whole path, with a list of arguments and no shell, in an environment of its own, within a time, and with bounded output.
/// </summary>
internal static class HostTool
{
    /// <summary>Runs a tool to its end.</summary>
    /// <exception cref="AgentException">It cannot be started, takes too long, or says too much.</exception>
    public static async Task<ToolResult> RunAsync(string path, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (!Path.IsPathFullyQualified(path))
        {
            throw new AgentException(ExitCode.Usage, $"{path}: is not a whole path; tools are not looked for");
        }

        using var process = Start(path, arguments);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            process.StandardInput.Close();
            var output = ReadAsync(process.StandardOutput.BaseStream, MaxOutputBytes, path, patience.Token);
            var errors = ReadAsync(process.StandardError.BaseStream, MaxErrorBytes, path, patience.Token);
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
            // A tool that leaves a process behind (xl does, to watch its domain) must not keep its output open for ever.
            patience.CancelAfter(AfterExit);
            return new(path, process.ExitCode, await output.ConfigureAwait(false), Encoding.UTF8.GetString(await errors.ConfigureAwait(false)));
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AgentException(ExitCode.CouldNot, $"{path} {arguments[0]}: gave no answer within {Patience.TotalSeconds:0} s", e);
        }
        finally
        {
            Stop(process);
        }
    }

    /// <summary>The same where the answer may be missing: null where there is no such tool, or it failed.</summary>
    public static async Task<ToolResult?> AskAsync(string path, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var result = await RunAsync(path, arguments, cancellationToken).ConfigureAwait(false);
        return result.Succeeded ? result : null;
    }

    private static Process Start(string path, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["LC_ALL"] = "C";
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new AgentException(ExitCode.CouldNot, $"{path}: cannot be run: {e.Message}", e);
        }
    }

    private static async Task<byte[]> ReadAsync(Stream stream, int max, string path, CancellationToken cancellationToken)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[16 * 1024];

        // A full pipe would hold the tool up: what is too much is refused at once, which stops it.
        while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var read)
        {
            if (kept.Length + read > max)
            {
                throw new AgentException(ExitCode.CouldNot, $"{path}: said more than {max} bytes");
            }

            kept.Write(buffer, 0, read);
        }

        return kept.ToArray();
    }

    private static void Stop(Process process)
    {
        try
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
        catch (InvalidOperationException)
        {
            // It ended by itself meanwhile.
        }
    }

    private static readonly TimeSpan AfterExit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private const int MaxOutputBytes = 16 * 1024 * 1024;
    private const int MaxErrorBytes = 256 * 1024;
}

/// <summary>What a tool said.</summary>
/// <param name="Tool">Its path.</param>
/// <param name="Status">Its exit status.</param>
/// <param name="Bytes">Its standard output.</param>
/// <param name="Errors">Its standard error.</param>
internal sealed record ToolResult(string Tool, int Status, byte[] Bytes, string Errors)
{
    public bool Succeeded => Status == 0;

    public string Text => Encoding.UTF8.GetString(Bytes);

    /// <summary>Standard error in one line that can be shown.</summary>
    public string Complaint => TextRules.Escape(string.Join("; ", Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(8))) is { Length: > 0 } said
        ? said[..Math.Min(said.Length, MaxComplaint)]
        : $"exit status {Status}";

    private const int MaxComplaint = 400;
}
