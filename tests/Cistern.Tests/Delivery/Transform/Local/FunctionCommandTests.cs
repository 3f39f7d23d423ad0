using Cistern.Delivery.Transform;
using Cistern.Delivery.Transform.Local;

namespace Cistern.Tests.Delivery.Transform.Local;

public sealed class FunctionCommandTests
{
    [Theory]
    [InlineData("node a.mjs", "node|a.mjs")]
    [InlineData("  node \t a.mjs  ", "node|a.mjs")]
    [InlineData("'/opt/my function' \"a b\" c\\ d", "/opt/my function|a b|c d")]
    [InlineData("a '' \"\"", "a||")]
    [InlineData("a'b'\"c\"d", "abcd")]
    [InlineData("\"a\\\"b\\\\c\\d\" 'a\\'", "a\"b\\c\\d|a\\")]
    [InlineData("$HOME *.x | sh", "$HOME|*.x|||sh")]
    [InlineData("", "")]
    public void A_command_is_split_as_a_shell_splits_it(string line, string expected)
    {
        Assert.True(CommandWords.TrySplit(line, out var words));
        Assert.Equal(expected, string.Join('|', words));
    }

    [Theory]
    [InlineData("a 'b")]
    [InlineData("a \"b")]
    [InlineData("a \"b\\\"")]
    [InlineData("a\\")]
    public void A_quote_that_stays_open_is_seen(string line) => Assert.False(CommandWords.TrySplit(line, out _));

    [Fact]
    public void A_function_is_a_name_and_a_command_that_may_hold_equals_signs()
    {
        var command = FunctionCommand.Parse("own-fn=env A=1 ./run", out var problem);

        Assert.Null(problem);
        Assert.Equal(("own-fn", "env"), (command!.Name, command.Program));
        Assert.Equal(["A=1", "./run"], command.Arguments);
    }

    [Theory]
    [InlineData("node a.mjs", "NAME=COMMAND")]
    [InlineData("=node", "NAME=COMMAND")]
    [InlineData("a/b=node", "NAME=COMMAND")]
    [InlineData("fn=", "no command")]
    [InlineData("fn='' a", "no command")]
    [InlineData("fn='node", "not closed")]
    public void What_cannot_be_a_function_is_refused_with_the_reason(string text, string reason)
    {
        Assert.Null(FunctionCommand.Parse(text, out var problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("arn:aws:lambda:us-east-1:111122223333:function:own-fn", "own-fn", "us-east-1")]
    [InlineData("arn:aws:lambda:us-east-1:111122223333:function:own-fn:$LATEST", "own-fn", "us-east-1")]
    [InlineData("arn:aws:lambda:us-east-1:111122223333:function:own-fn:7", "own-fn", "us-east-1")]
    [InlineData("111122223333:function:own-fn", "own-fn", "")]
    [InlineData("own-fn:prod", "own-fn", "")]
    [InlineData("own-fn", "own-fn", "")]
    [InlineData("arn:aws:lambda", "", "")]
    [InlineData("", "", "")]
    public void Name_and_region_are_read_of_every_form_of_a_functions_name(string arn, string name, string region) =>
        Assert.Equal((name, region), (FunctionArn.NameOf(arn), FunctionArn.RegionOf(arn)));
}
