using System.Text;
using Shype.Attest.Cli;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.UnitTests.Cli;

/// <summary>Every line that documentation or help offers to be typed is one that the program understands.</summary>
public sealed class DocumentedCommandTests
{
    public static TheoryData<string> Pages =>
        [.. Directory.EnumerateFiles(Path.Combine(TestData.Root, "docs"), "*.md").Append(Path.Combine(TestData.Root, "README.md")).Where(page => Lines(page).Any()).Select(page => Path.GetRelativePath(TestData.Root, page)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_command_of_a_page_can_be_typed(string page) => Check(Lines(Path.Combine(TestData.Root, page)));

    [Fact]
    public void Every_example_of_the_help_can_be_typed() => Check(Lines(TestData.PathOf("cli", "help.txt")).Where(line => !line.Contains(" COMMAND", StringComparison.Ordinal) && !line.EndsWith("[options]", StringComparison.Ordinal)));

    private static void Check(IEnumerable<string> lines)
    {
        var root = CommandLine.Create(new() { Input = Stream.Null, Output = TextWriter.Null, Errors = TextWriter.Null, Environment = _ => null, Clock = TimeProvider.System });
        var seen = 0;
        foreach (var line in lines)
        {
            var parsed = root.Parse(Words(line), new System.CommandLine.ParserConfiguration { ResponseFileTokenReplacer = null });
            Assert.True(parsed.Errors.Count == 0, $"{line}: {string.Join(" ", parsed.Errors.Select(error => error.Message))}");
            seen++;
        }

        Assert.NotEqual(0, seen);
    }

    // Lines of code that begin with the program, perhaps in parentheses with a umask before it.
    private static IEnumerable<string> Lines(string page) => File.ReadLines(page)
        .Select(line => line.TrimStart(' ', '(').Replace("umask 077; ", "", StringComparison.Ordinal))
        .Select(line => line.StartsWith("./shype ", StringComparison.Ordinal) ? line[2..] : line)
        .Where(line => line.StartsWith("shype ", StringComparison.Ordinal) && !line.StartsWith("shype [", StringComparison.Ordinal))
        .Select(line => line["shype ".Length..]);

    // As a shell would, as far as these lines need one: quotes; and it ends where another command, a file or a remark begins.
    private static List<string> Words(string line)
    {
        var (words, word, quote, isWord) = (new List<string>(), new StringBuilder(), '\0', false);
        foreach (var c in line)
        {
            if (quote != '\0')
            {
                if (c == quote)
                {
                    quote = '\0';
                }
                else
                {
                    word.Append(c);
                }
            }
            else if (c is '"' or '\'')
            {
                (quote, isWord) = (c, true);
            }
            else if (c is '|' or '>' or '&' or ';' or ')' || (c == '#' && !isWord))
            {
                break;
            }
            else if (c != ' ')
            {
                word.Append(c);
                isWord = true;
            }
            else if (isWord)
            {
                words.Add(word.ToString());
                word.Clear();
                isWord = false;
            }
        }

        return isWord ? [.. words, word.ToString()] : words;
    }
}
