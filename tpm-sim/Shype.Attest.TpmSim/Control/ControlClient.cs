using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Shype.Attest.TpmSim.Emulation;

namespace Shype.Attest.TpmSim.Control;

/// <summary>Tells the host that runs in a folder what to do.</summary>
internal static class ControlClient
{
    public static ControlAnswer Send(string folder, string request)
    {
        try
        {
            using var socket = Endpoints.Connect(ControlSocket.In(folder));
            // A power cut waits for swtpm to die and start, a boot hashes files of any size.
            socket.ReceiveTimeout = PatienceMilliseconds;
            socket.Send(Encoding.UTF8.GetBytes(request + "\n"));
            var line = ControlSocket.ReadLine(socket, MaxAnswerBytes) ?? throw new EmulatorException($"the host in {folder} ended without an answer");
            var answer = JsonSerializer.Deserialize(line, ControlJson.Default.ControlAnswer) ?? throw new EmulatorException($"the host in {folder} gave no answer");
            return answer.Error is null ? answer : throw new EmulatorException($"the host in {folder} could not: {answer.Error}");
        }
        catch (SocketException refused)
        {
            throw new EmulatorException($"no host is running in {folder}, or it does not answer ({refused.Message}): start it with shype-tpm-sim run --folder {folder}", refused);
        }
        catch (JsonException refused)
        {
            throw new EmulatorException($"what runs in {folder} is no host of this simulator: {refused.Message}", refused);
        }
    }

    private const int MaxAnswerBytes = 16 * 1024;
    private const int PatienceMilliseconds = 120_000;
}
